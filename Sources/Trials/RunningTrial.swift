import Capture
import Comparison
import ServingCore
import Synchronization

/// One running release: compares its pairs, redacts them, adds them to its evidence and hands them to the store.
final class RunningTrial: Sendable {
    /// How pairs are compared and kept.
    struct Terms: Sendable {
        var live: ModelSignature
        var candidate: ModelSignature
        var comparison: ComparisonSettings
        var capture: CapturePolicy

        var bytes: [UInt8] { ComparisonTerms.bytes(live: self.live, candidate: self.candidate, self.comparison) }

        func comparator() -> PairComparator {
            PairComparator(live: self.live, candidate: self.candidate, settings: self.comparison)
        }
    }

    private struct State {
        var terms: Terms
        var termsBytes: [UInt8]
        var redactor: PairRedactor
        var comparator: PairComparator
        var evidence = Evidence()
        var recorded: UInt64 = 0
        /// Counts of earlier processes.
        var earlier = ShadowCounts()
        /// Pairs the comparator holds back, and for how many ticks there have been some.
        var heldBack = 0
        var waited = 0
        var isChanged = true
        /// It was told that the live version is deterministic.
        var isAnnounced = false
    }

    private struct Saved {
        var counts: ShadowCounts?
        /// Ticks until evidence may be saved again.
        var pause = 0
    }

    let release: Release
    private let state: Mutex<State>
    /// Held while evidence is taken and handed over, so that an older state never follows a newer one.
    private let saved = Mutex(Saved())
    private let surroundings: Surroundings
    private let hash: KeyedHash

    /// What all trials of a recorder share.
    struct Surroundings: Sendable {
        let store: any CaptureStore
        let key: [UInt8]
        let counts: @Sendable (Int64) -> ShadowCounts
        let onDeterministic: @Sendable (Int64) -> Void
    }

    /// Ticks for which pairs are held back until the comparators are chosen with what there is.
    private static let patience = 5
    /// A tick's worth of evidence. Larger ones are saved less often, so that no release writes more than this per tick.
    private static let bytesPerTick = 128 << 10

    /// `record` continues what an earlier process left, if it was compared in the same way.
    init(_ release: Release, _ terms: Terms, continuing record: TrialRecord?, _ surroundings: Surroundings) {
        self.release = release
        self.surroundings = surroundings
        self.hash = KeyedHash(key: surroundings.key)
        var state = State(
            terms: terms,
            termsBytes: terms.bytes,
            redactor: PairRedactor(policy: terms.capture, key: surroundings.key),
            comparator: terms.comparator()
        )
        if let record {
            state.earlier = record.settledCounts
            state.recorded = record.recorded
            if record.terms == state.termsBytes {
                state.comparator = record.comparator
                state.evidence = record.evidence
            }
        }
        self.state = Mutex(state)
    }

    /// Evidence of pairs that were compared in another way would mix two questions: it begins anew. A new capture policy
    /// holds for the pairs that follow. True when evidence began anew.
    func renew(_ terms: Terms) -> Bool {
        let bytes = terms.bytes
        if self.state.withLock({ $0.termsBytes != bytes }) { self.settle() }
        return self.state.withLock { state in
            // Whoever began the release again may not have heard it.
            state.isAnnounced = false
            if state.terms.capture != terms.capture {
                state.redactor = PairRedactor(policy: terms.capture, key: self.surroundings.key)
            }
            state.terms = terms
            guard bytes != state.termsBytes else { return false }
            state.termsBytes = bytes
            // Pairs that came since are too few to wait for.
            state.recorded &+= UInt64(max(0, state.heldBack))
            state.heldBack = 0
            state.comparator = terms.comparator()
            state.evidence = Evidence()
            state.isChanged = true
            return true
        }
    }

    // MARK: Pairs

    func accept(_ pair: Pair) {
        self.record(
            self.state.withLock { state in
                let ready = state.comparator.add(pair)
                state.heldBack += 1 - ready.count
                return Ready(ready, state)
            }
        )
    }

    /// Chooses comparators with what there is.
    func settle() {
        self.record(
            self.state.withLock { state in
                let ready = state.heldBack > 0 ? state.comparator.settle() : []
                state.heldBack -= ready.count
                return Ready(ready, state)
            }
        )
    }

    private struct Ready: Sendable {
        let pairs: [(pair: Pair, comparison: PairComparison)]
        let redactor: PairRedactor
        let live: ModelSignature

        init(_ pairs: [(pair: Pair, comparison: PairComparison)], _ state: State) {
            self.pairs = pairs
            self.redactor = state.redactor
            self.live = state.terms.live
        }
    }

    /// Redacts without the lock: that takes longest, and other threads need not wait for it.
    private func record(_ ready: Ready) {
        for (pair, comparison) in ready.pairs {
            let repeats = pair.liveRepeats
            let kept = ready.redactor.redacted(pair)
            let shown = ready.redactor.redacted(comparison, live: ready.live)
            self.state.withLock { state in
                state.evidence.add(kept, shown, repeats: repeats)
                state.recorded &+= 1
                state.isChanged = true
            }
            if let body = ready.redactor.body(of: kept, shown) {
                let summary = CapturedPair.Summary(kept, shown, model: self.release.model)
                let hash = pair.requestID.map { self.hash.request($0, model: self.release.model) }
                self.surroundings.store.append(
                    CapturedPair(summary: summary, body: body.encoded(), requestHash: hash)
                )
            }
            if repeats != nil { self.announce() }
        }
    }

    private func announce() {
        let isNews = self.state.withLock { state in
            guard !state.isAnnounced, state.evidence.isDeterministic == true else { return false }
            state.isAnnounced = true
            return true
        }
        if isNews { self.surroundings.onDeterministic(self.release.id) }
    }

    // MARK: Once a second

    /// Throws when the comparators' state cannot be written.
    func tick() throws(BinaryDamage) {
        let isTired = self.state.withLock { state in
            state.waited = state.heldBack > 0 ? state.waited + 1 : 0
            return state.waited > Self.patience
        }
        if isTired { self.settle() }
        self.announce()
        try self.save(isForced: false)
    }

    /// Hands evidence, comparators and counts to the store, if they changed.
    func save(isForced: Bool) throws(BinaryDamage) {
        try self.saved.withLock { saved throws(BinaryDamage) in
            if !isForced, saved.pause > 0 {
                saved.pause -= 1
                return
            }
            let (record, isChanged) = self.snapshot(isSaved: true)
            guard isChanged || record.counts != saved.counts else { return }
            let bytes = try record.encoded()
            saved.counts = record.counts
            saved.pause = bytes.count / Self.bytesPerTick
            self.surroundings.store.save(evidence: bytes, of: self.release.id)
        }
    }

    /// Everything at one moment.
    var record: TrialRecord { self.snapshot(isSaved: false).record }

    private func snapshot(isSaved: Bool) -> (record: TrialRecord, isChanged: Bool) {
        self.state.withLock { state in
            var counts = state.earlier
            counts.add(self.surroundings.counts(self.release.id))
            let record = TrialRecord(
                terms: state.termsBytes,
                counts: counts,
                recorded: state.recorded,
                comparator: state.comparator,
                evidence: state.evidence
            )
            defer { if isSaved { state.isChanged = false } }
            return (record, state.isChanged)
        }
    }
}
