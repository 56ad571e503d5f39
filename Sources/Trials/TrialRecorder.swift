package import Comparison
package import Logging
package import ServingCore
import Synchronization

/// Where pairs go: compares them, redacts them, keeps the running evidence of each release and hands them to the store.
///
/// Evidence, comparators and counts of a release are saved as one piece by `tick`, `flush` and `end`. A process that ends
/// without `flush` loses what came after the last of these, evidence and counts together; requests that were on their way
/// then are counted as `crash`, so that `sampled = paired + dropped + pending` holds over restarts.
///
/// Memory: at most `limit` releases of some 0.4 MB each, 1 MB at most for a few outputs that are not JSON (see `Evidence`),
/// besides what their comparators keep; the last 8 that ended.
package final class TrialRecorder: PairSink, Sendable {
    private struct State {
        var running: [Int64: RunningTrial] = [:]
        /// Evidence that an earlier process left and no release took up yet.
        var left: [Int64: [UInt8]] = [:]
        /// Newest last.
        var ended: [(release: Release, record: TrialRecord)] = []
    }

    private let state = Mutex(State())
    private let surroundings: RunningTrial.Surroundings
    private let logger: Logger
    private let limit: Int
    private let unknown = Atomic<UInt64>(0)

    private static let endedLimit = 8

    /// - Parameters:
    ///   - key: 32 bytes, for the hashes of redaction.
    ///   - limit: releases that may run at a time; pairs of further ones are counted as unknown.
    ///   - counts: what became of a release's requests in this process. Called with a lock held: must not call back.
    ///   - onDeterministic: called when a release's live version has shown to be deterministic, once for each `begin`.
    package init(
        store: any CaptureStore,
        key: [UInt8],
        logger: Logger,
        limit: Int = 64,
        meaning: (any TextMeaning)? = nil,
        counts: @escaping @Sendable (Int64) -> ShadowCounts,
        onDeterministic: @escaping @Sendable (Int64) -> Void
    ) {
        self.surroundings = .init(
            store: store,
            key: key,
            meaning: meaning,
            counts: counts,
            onDeterministic: onDeterministic
        )
        self.logger = logger
        self.limit = limit
    }

    /// Pairs of releases that were not begun, or are over.
    package var unknownPairs: UInt64 { self.unknown.load(ordering: .relaxed) }

    // MARK: Releases

    /// Reads what an earlier process left. Call once, before the first `begin`.
    ///
    /// - Returns: the newest 1000 releases, for `ReleaseBook.restore`; those without `ended` are waited for.
    package func restore() async throws(StoreError) -> [Release] {
        let releases = try await self.surroundings.store.releases(model: nil, limit: 1_000)
        for release in releases.filter({ $0.ended == nil }).prefix(self.limit) {
            do throws(StoreError) {
                guard let bytes = try await self.surroundings.store.evidence(of: release.id) else { continue }
                self.state.withLock { $0.left[release.id] = bytes }
            } catch {
                self.note("stored evidence cannot be read and begins anew: \(error)", release)
            }
        }
        return releases
    }

    /// Starts a release, or takes one up again that an earlier process left. For a release that runs: nothing, when the
    /// terms are the same; with other signatures, comparison settings, another measure of texts or another capture policy the
    /// evidence begins anew, because it would answer two questions at once, or hold what is not to be kept any more.
    package func begin(
        _ release: Release,
        live: ModelSignature,
        candidate: ModelSignature,
        comparison: ComparisonSettings,
        capture: CapturePolicy,
        gate: GatePolicy = GatePolicy()
    ) {
        let terms = RunningTrial.Terms(
            live: live,
            candidate: candidate,
            comparison: comparison,
            capture: capture,
            gate: gate,
            meaning: self.surroundings.meaning
        )
        if let trial = self.running(release.id) {
            if trial.renew(terms) { self.note(.terms, release) }
            return
        }
        let trial = RunningTrial(release, terms, continuing: self.takeLeft(release), self.surroundings)
        let hasRoom = self.state.withLock { state in
            guard state.running.count < self.limit else { return false }
            if state.running[release.id] == nil { state.running[release.id] = trial }
            return true
        }
        guard hasRoom else { return self.note("no evidence is kept: \(self.limit) releases run already", release) }
        if let reason = trial.anew { self.note(reason, release) }
        self.surroundings.store.save(release)
    }

    private func note(_ reason: RunningTrial.AnewReason, _ release: Release) {
        self.logger.warning(
            "the evidence begins anew",
            metadata: ["model": "\(release.model)", "release": "\(release.id)", "reason": "\(reason.rawValue)"]
        )
    }

    /// Ends a release whose last pair has come; `release` has `ended` set. Its evidence is kept for good.
    package func end(_ release: Release) {
        let trial = self.state.withLock { $0.running.removeValue(forKey: release.id) }
        self.surroundings.store.save(release)
        if let trial {
            trial.settle()
            self.attempt(release) { () throws(BinaryDamage) in try trial.save(isForced: true) }
            self.keep(release, trial.record)
        } else if var record = self.takeLeft(release) {
            // Of an earlier process, which nobody took up.
            record.counts = record.settledCounts
            self.attempt(release) { () throws(BinaryDamage) in
                self.surroundings.store.save(evidence: try record.encoded(), of: release.id)
            }
            self.keep(release, record)
        }
    }

    private func keep(_ release: Release, _ record: TrialRecord) {
        self.state.withLock { state in
            state.ended.append((release, record))
            if state.ended.count > Self.endedLimit { state.ended.removeFirst() }
        }
    }

    private func takeLeft(_ release: Release) -> TrialRecord? {
        guard let bytes = self.state.withLock({ $0.left.removeValue(forKey: release.id) }) else { return nil }
        do throws(BinaryDamage) {
            return try TrialRecord(decoding: bytes)
        } catch {
            self.note("stored evidence cannot be read and begins anew: \(error)", release)
            return nil
        }
    }

    // MARK: Pairs

    /// Takes microseconds, and the lock of this release alone besides a look into the list of releases.
    package func accept(_ pair: Pair) {
        guard let trial = self.running(pair.release) else {
            self.unknown.wrappingAdd(1, ordering: .relaxed)
            return
        }
        trial.accept(pair)
    }

    private func running(_ id: Int64) -> RunningTrial? { self.state.withLock { $0.running[id] } }

    // MARK: Saving

    /// To be called once a second: saves what changed, and lets pairs that wait for their comparators for more than five
    /// ticks go. Evidence of more than 128 KiB is saved every second tick, of more than 256 KiB every third, and so on.
    package func tick() {
        for trial in self.state.withLock({ Array($0.running.values) }) {
            self.attempt(trial.release) { () throws(BinaryDamage) in try trial.tick() }
        }
    }

    /// Saves everything, pairs held back included, and returns when the store has it.
    package func flush() async {
        for trial in self.state.withLock({ Array($0.running.values) }) {
            trial.settle()
            self.attempt(trial.release) { () throws(BinaryDamage) in try trial.save(isForced: true) }
        }
        await self.surroundings.store.flush()
    }

    private func attempt(_ release: Release, _ body: () throws(BinaryDamage) -> Void) {
        do throws(BinaryDamage) {
            try body()
        } catch {
            self.note("evidence not saved: \(error)", release)
        }
    }

    private func note(_ what: String, _ release: Release) {
        self.logger.error("\(what)", metadata: ["model": "\(release.model)", "release": "\(release.id)"])
    }

    // MARK: Feedback

    /// Brings the tests of a release up to the feedback that is kept. Nothing for one that does not run.
    package func catchUp(_ release: Int64) async throws(StoreError) {
        try await self.running(release)?.catchUp()
    }

    /// The same for all releases that have begun since; to be called once a second. What cannot be read now is read later.
    package func catchUp() async {
        for trial in self.state.withLock({ Array($0.running.values) }) where trial.isBehind {
            try? await trial.catchUp()
        }
    }

    // MARK: Reading

    /// What the running release of `model` shows; nil when none runs.
    package func gateInput(of model: String) -> GateInput? {
        let running = self.state.withLock { state in state.running.values.filter { $0.release.model == model } }
        return running.max { $0.release.id < $1.release.id }.map { GateInput($0.release, $0.record) }
    }

    /// In memory: running, or among the last that ended.
    var known: [Release] {
        self.state.withLock { state in state.ended.map(\.release) + state.running.values.map(\.release) }
    }

    /// Nil when it has to be read from the store.
    func record(of id: Int64) -> (release: Release, record: TrialRecord)? {
        if let trial = self.running(id) { return (trial.release, trial.record) }
        return self.state.withLock { state in state.ended.last { $0.release.id == id } }
    }
}
