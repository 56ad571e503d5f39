import Cutover
import ServingCore
import Shadow
import TestSupport

/// What a manager tells about releases, in order: `begin candidate 1/2` and `end promoted 1/2`, live before candidate.
final class TrialStage: Sendable {
    let told = Outcomes<String>()
    let recorded: [String]
    let book: ReleaseBook
    let shadow = ShadowService(sink: CollectedPairs(), now: { WallClock.microseconds }, memoryIsShort: { false })

    init(recorded: [String] = [], earlier: [Release] = []) {
        self.recorded = recorded
        self.book = ReleaseBook { WallClock.microseconds }
        self.book.restore(earlier)
    }

    var keeper: TrialKeeper {
        TrialKeeper(
            shadow: self.shadow,
            book: self.book,
            begin: { [told] release, _ in told.deliver("begin \(release.kind) \(release.versions)") },
            end: { [told] release in told.deliver("end \(release.end?.rawValue ?? "-") \(release.versions)") },
            recorded: { [recorded] _ in recorded }
        )
    }

    /// Waits for the threads; the manager must have shut down.
    func shutDown() async {
        let shadow = self.shadow
        await onThread { shadow.shutDown() }
    }
}

extension Release {
    fileprivate var versions: String { "\(self.live.version)/\(self.candidate.version)" }
}
