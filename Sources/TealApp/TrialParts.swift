import Cutover
import Logging
import NIOPosix
import ServiceLifecycle
import ServingCore
import Shadow
import Storage
import Synchronization
import SystemPackage
import Trials

/// Everything that makes, keeps and shows the evidence of trials, wired together.
struct TrialParts: Sendable {
    let shadow: ShadowService
    let recorder: TrialRecorder
    let store: SQLiteCaptureStore
    let reader: TrialReader
    let keeper: TrialKeeper

    /// Opens `captures.db` and takes up what an earlier process left. A damaged file is set aside, and one that cannot be
    /// read now starts without the evidence of earlier processes. Throws for a file that is none of ours, or newer.
    static func open(_ configuration: TealConfiguration, logger: Logger) async throws -> TrialParts {
        let key = try CaptureKey.open(in: configuration.data)
        var options = SQLiteCaptureStore.Options()
        options.maximumAge = configuration.captureAge
        options.retentionInterval = min(options.retentionInterval, configuration.captureAge / 10)
        options.maximumBytes = configuration.captureBytes
        options.onDamagedRelease = { logger.error("captures", metadata: ["problem": "\($0)"]) }
        let (store, problem) = try SQLiteCaptureStore.openSettingAsideDamage(
            path: configuration.data.appending("captures.db").string,
            options: options
        )
        if let problem { logger.error("captures", metadata: ["problem": "\(problem)"]) }
        // Each of the two asks the other.
        let service = ShadowReference()
        let recorder = TrialRecorder(
            store: store,
            key: key,
            logger: logger,
            counts: { service.value?.counts(of: $0) ?? ShadowCounts() },
            onDeterministic: { service.value?.noteLiveDeterministic($0) }
        )
        let book = ReleaseBook(now: { WallClock.microseconds() })
        var lastPair: Int64 = 0
        do throws(StoreError) {
            let releases = try await recorder.restore()
            book.restore(releases)
            for model in Set(releases.map(\.model)) {
                lastPair = max(lastPair, try await store.pairs(PairQuery(model: model, limit: 1)).first?.id ?? 0)
            }
        } catch {
            logger.error("evidence of earlier processes cannot be read", metadata: ["error": "\(error)"])
        }
        let shadow = ShadowService(sink: recorder, after: lastPair, now: { WallClock.microseconds() })
        service.value = shadow
        return TrialParts(shadow: shadow, recorder: recorder, store: store, book: book)
    }

    private init(shadow: ShadowService, recorder: TrialRecorder, store: SQLiteCaptureStore, book: ReleaseBook) {
        let noiseShares = NoiseShares()
        let reader = TrialReader(
            recorder: recorder,
            store: store,
            isUnderPressure: { model in shadow.figures().contains { $0.model == model && $0.isUnderPressure } },
            noiseShare: { noiseShares[$0] }
        )
        self.shadow = shadow
        self.recorder = recorder
        self.store = store
        self.reader = reader
        self.keeper = TrialKeeper(
            shadow: shadow,
            book: book,
            begin: { release, terms in
                noiseShares[release.model] = terms.traffic.noise
                recorder.begin(
                    release,
                    live: terms.live,
                    candidate: terms.candidate,
                    comparison: terms.comparison,
                    capture: terms.capture
                )
            },
            end: { recorder.end($0) },
            recorded: { await reader.recentRequests(model: $0, limit: 32) }
        )
    }

    /// Ends the mirrored legs, writes what is known and closes the file. The slot manager must have shut down.
    func shutDown(on threads: NIOThreadPool) async {
        _ = try? await threads.runIfActive { self.shadow.shutDown() }
        await self.recorder.flush()
        await self.store.close()
    }
}

/// Has the recorder save what changed, each second.
struct EvidenceService: Service {
    let recorder: TrialRecorder

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(1))
                self.recorder.tick()
            }
        }
    }
}

private final class ShadowReference: Sendable {
    private let state = Mutex<ShadowService?>(nil)

    var value: ShadowService? {
        get { self.state.withLock { $0 } }
        set { self.state.withLock { $0 = newValue } }
    }
}

/// How often each model's live version is asked again, as somebody has set it.
private final class NoiseShares: Sendable {
    private let shares = Mutex<[String: Double]>([:])

    subscript(model: String) -> Double? {
        get { self.shares.withLock { $0[model] } }
        set { self.shares.withLock { $0[model] = newValue } }
    }
}
