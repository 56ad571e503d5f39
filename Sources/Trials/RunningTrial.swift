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
        var gate: GatePolicy
        /// What tells the meaning of free texts; nil: they are compared by their letters.
        var meaning: (any TextMeaning)?

        /// Equal for equal terms, in every process with the same key.
        func mark(_ redactor: PairRedactor) -> [UInt8] {
            redactor.mark(ComparisonTerms.bytes(live: self.live, candidate: self.candidate, self.comparison))
        }
    }

    fileprivate struct State {
        let live: ModelSignature
        let redactor: PairRedactor
        /// Of the terms.
        let mark: [UInt8]
        /// Outputs that are not compared.
        let ignored: Set<String>
        var comparator: PairComparator
        var evidence = Evidence()
        var gate: GatePolicy
        var tests: GateEvidence
        /// Feedback of earlier processes may not be in the tests yet.
        var isBehind = true
        var recorded: UInt64
        /// Counts of earlier processes.
        let earlier: ShadowCounts
        /// Pairs the comparator holds back, and for how many ticks there have been some.
        var heldBack = 0
        var waited = 0
        var isChanged = true
        /// It was told that the live version is deterministic.
        var isAnnounced = false

        init(
            _ terms: Terms,
            _ redactor: PairRedactor,
            _ subject: GateTerms.Subject,
            recorded: UInt64,
            earlier: ShadowCounts
        ) {
            self.live = terms.live
            self.gate = terms.gate
            self.tests = GateEvidence(GateTerms(terms.gate, subject: subject))
            self.redactor = redactor
            self.mark = terms.mark(redactor)
            self.ignored = Set(terms.comparison.outputs.filter { $0.value.comparator == .ignore }.keys)
            self.comparator = PairComparator(
                live: terms.live,
                candidate: terms.candidate,
                settings: terms.comparison,
                keeping: redactor,
                meaning: terms.meaning
            )
            self.recorded = recorded
            self.earlier = earlier
        }
    }

    private struct Saved {
        var counts: ShadowCounts?
        /// Ticks until evidence may be saved again.
        var pause = 0
    }

    let release: Release
    /// Why evidence of an earlier process was not continued, if there was any.
    let anew: AnewReason?
    fileprivate let state: Mutex<State>
    /// Held while evidence is taken and handed over, so that an older state never follows a newer one.
    private let saved = Mutex(Saved())
    fileprivate let surroundings: Surroundings
    private let hash: KeyedHash

    enum AnewReason: String {
        case terms = "signatures, comparison, what is kept or the key changed"
        case meaning = "texts were compared by another measure: search was switched on or off, or its table changed"
    }

    /// What all trials of a recorder share.
    struct Surroundings: Sendable {
        let store: any CaptureStore
        let key: [UInt8]
        let meaning: (any TextMeaning)?
        let counts: @Sendable (Int64) -> ShadowCounts
        let onDeterministic: @Sendable (Int64) -> Void
    }

    /// Ticks for which pairs are held back until the comparators are chosen with what there is.
    private static let patience = 5
    /// A tick's worth of evidence. Larger ones are saved less often, so that no release writes more than this per tick.
    private static let bytesPerTick = 128 << 10

    /// `record` continues what an earlier process left, if it was compared and kept in the same way.
    init(_ release: Release, _ terms: Terms, continuing record: TrialRecord?, _ surroundings: Surroundings) {
        self.release = release
        self.surroundings = surroundings
        self.hash = KeyedHash(key: surroundings.key)
        let redactor = PairRedactor(policy: terms.capture, key: surroundings.key)
        var state = State(
            terms,
            redactor,
            release.gateSubject,
            recorded: record?.recorded ?? 0,
            earlier: record?.settledCounts ?? ShadowCounts()
        )
        self.anew = record.flatMap { record in
            guard record.terms == state.mark else { return .terms }
            return record.comparator.fits(meaning: terms.meaning?.mark) ? nil : .meaning
        }
        if let record, self.anew == nil {
            state.comparator = PairComparator(
                continuing: record.comparator,
                keeping: redactor,
                meaning: terms.meaning
            )
            state.evidence = record.evidence
            // Tests of another margin would answer another question; what the evidence shows does not depend on it.
            let gate = state.tests.terms
            state.tests = record.tests.terms == gate ? record.tests : record.tests.begunAnew(gate)
        }
        self.state = Mutex(state)
    }

    /// Evidence of pairs that were compared in another way would mix two questions, and evidence of pairs that were kept in
    /// another way may hold what is not to be kept any more: it begins anew. True when it did.
    func renew(_ terms: Terms) -> Bool {
        let redactor = PairRedactor(policy: terms.capture, key: self.surroundings.key)
        let mark = terms.mark(redactor)
        if self.state.withLock({ $0.mark != mark }) { self.settle() }
        return self.state.withLock { state in
            // Whoever began the release again may not have heard it.
            state.isAnnounced = false
            guard mark != state.mark else {
                let gate = GateTerms(terms.gate, subject: self.release.gateSubject)
                if state.tests.terms != gate { state.tests = state.tests.begunAnew(gate) }
                state.gate = terms.gate
                state.isChanged = true
                return false
            }
            // Pairs that came since are too few to wait for.
            let recorded = state.recorded &+ UInt64(max(0, state.heldBack))
            state = State(
                terms,
                redactor,
                self.release.gateSubject,
                recorded: recorded,
                earlier: state.earlier
            )
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
        let mark: [UInt8]
        let ignored: Set<String>

        init(_ pairs: [(pair: Pair, comparison: PairComparison)], _ state: State) {
            self.pairs = pairs
            self.redactor = state.redactor
            self.live = state.live
            self.mark = state.mark
            self.ignored = state.ignored
        }
    }

    /// Redacts without the lock: that takes longest, and other threads need not wait for it.
    private func record(_ ready: Ready) {
        for (pair, comparison) in ready.pairs {
            let repeats = pair.liveRepeats(ignoring: ready.ignored)
            let kept = ready.redactor.redacted(pair)
            let shown = ready.redactor.redacted(comparison, live: ready.live)
            self.state.withLock { state in
                // The evidence may have begun anew meanwhile, on other terms.
                if state.mark == ready.mark {
                    state.evidence.add(kept, shown, repeats: repeats)
                    state.tests.add(GateObservation(kept, shown))
                    state.tests.addAnswers(of: pair)
                }
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
                terms: state.mark,
                counts: counts,
                recorded: state.recorded,
                comparator: state.comparator.kept,
                evidence: state.evidence,
                gate: state.gate,
                tests: state.tests
            )
            defer { if isSaved { state.isChanged = false } }
            return (record, state.isChanged)
        }
    }
}

// MARK: Feedback

extension RunningTrial {
    /// Feedback that is kept and not in the tests yet is to be fetched: after a start, and when the tests began anew.
    var isBehind: Bool { self.state.withLock { $0.isBehind } }

    /// Adds all feedback of this release that is kept and not in the tests yet, in the order in which it was accepted.
    func catchUp() async throws(StoreError) {
        while true {
            let known = self.state.withLock { $0.tests.feedback }
            let losses = try await self.surroundings.store.losses(of: self.release.id, after: known, limit: 1_000)
            let isComplete = self.state.withLock { state in
                // Another call may have been faster: what is in already is passed over.
                for loss in losses { state.tests.add(loss) }
                if !losses.isEmpty { state.isChanged = true }
                if losses.count < 1_000 { state.isBehind = false }
                return losses.count < 1_000
            }
            if isComplete { return }
        }
    }
}

extension Release {
    /// Before a promotion the candidate is looked at, after it the version that answers clients.
    var gateSubject: GateTerms.Subject { self.kind == .standby ? .live : .candidate }
}
