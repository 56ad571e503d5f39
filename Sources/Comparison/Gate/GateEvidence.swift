package import ServingCore

/// The running tests of one release's gate: a value that grows pair by pair, in bounded memory. The same pairs in the same
/// order give the same bytes, also when it was written and read back in between.
///
/// Memory: about 1 KB, 0.6 KB for each output (256 at most) and for each segment (1,024 at most).
package struct GateEvidence: Sendable, Equatable {
    package let terms: GateTerms
    package internal(set) var pairs: UInt64 = 0
    /// Microseconds since 1970 of the first and the newest pair.
    package internal(set) var first: Int64?
    package internal(set) var last: Int64?
    /// C1 and C2: difference in invalid answers, and in errors and time-outs.
    package internal(set) var validity: MarginTest
    package internal(set) var errors: MarginTest
    /// Invalid answers where the other side's was valid; and how many pairs at the very begin gave no valid answer.
    package internal(set) var invalid: UInt64 = 0
    package internal(set) var failedFromStart: UInt64 = 0
    package internal(set) var outputs: [OutputTests] = []
    /// C4.
    package internal(set) var tail: ExcessTest
    /// C5: difference of losses, over the pairs that got feedback.
    package internal(set) var quality: MarginTest
    /// Mean loss of each side over the same pairs, for display.
    package internal(set) var liveLoss = RunningMoments()
    package internal(set) var candidateLoss = RunningMoments()
    /// `PairLoss.sequence` of the newest feedback that is in.
    package internal(set) var feedback: Int64 = 0
    /// C6: how often the candidate is slower than ratio and slack allow, over pairs with a baseline.
    package internal(set) var slower: MarginTest
    /// C9: do the answers differ as clouds of vectors? Over the first output that is one of numbers.
    package internal(set) var cloud = WitnessBettingTest()
    /// Name of that output; nil until there is one.
    package internal(set) var cloudOutput: String?
    package internal(set) var segments: [SegmentTests] = []
    var places: [Segment: Int] = [:]
    var valuesOfKey: [String: Int] = [:]
    /// Pairs the candidate failed before any output was known.
    var owed: UInt64 = 0

    static let outputLimit = 256
    static let owedLimit: UInt64 = 1_024

    package init(_ terms: GateTerms) {
        self.terms = terms
        self.validity = MarginTest(margin: terms.validity)
        self.errors = MarginTest(margin: terms.errors)
        self.tail = ExcessTest(margin: terms.tail)
        self.quality = MarginTest(margin: terms.quality)
        self.slower = MarginTest(margin: GateTerms.medianMargin)
    }

    /// Tests of other terms that begin now. Feedback that was told before does not count again under another margin, which
    /// may have been chosen after looking at it; under the same one it stays, because it does not come twice.
    package func begunAnew(_ terms: GateTerms) -> GateEvidence {
        var tests = GateEvidence(terms)
        tests.feedback = self.feedback
        guard terms.quality == self.terms.quality, terms.subject == self.terms.subject else { return tests }
        (tests.quality, tests.liveLoss, tests.candidateLoss) = (self.quality, self.liveLoss, self.candidateLoss)
        return tests
    }

    /// Some hundred nanoseconds for each output and segment.
    package mutating func add(_ observation: GateObservation) {
        let harm = Harm(observation, self.terms.subject)
        self.pairs.countUp()
        self.first = self.first ?? observation.id
        self.last = max(self.last ?? observation.id, observation.id)
        self.validity.add(harm.invalid)
        self.errors.add(harm.error)
        if harm.invalid > 0 { self.invalid.countUp() }
        if harm.failure > 0, self.failedFromStart == self.pairs - 1 { self.failedFromStart.countUp() }
        self.addOutputs(observation)
        if let divergence = harm.divergence {
            let threshold = self.terms.tailThreshold
            self.tail.add(divergence > threshold ? 1 : 0, noise: harm.noise.map { $0 > threshold ? 1 : 0 })
        }
        self.addLatency(observation)
        for segment in observation.segments {
            guard let index = self.index(of: segment) else { continue }
            self.segments[index].add(observation, harm)
        }
    }

    /// Feedback that is in already is passed over.
    package mutating func add(_ loss: PairLoss) {
        guard loss.sequence > self.feedback else { return }
        self.feedback = loss.sequence
        let difference = loss.candidate - loss.live
        let harm = self.terms.subject == .candidate ? difference : -difference
        self.quality.add(harm)
        self.liveLoss.add(loss.live)
        self.candidateLoss.add(loss.candidate)
        for segment in loss.segments {
            guard let index = self.index(of: segment) else { continue }
            self.segments[index].add(loss: harm)
        }
    }

    private mutating func addOutputs(_ observation: GateObservation) {
        guard observation.live == .answered else { return }
        guard observation.candidate == .answered else {
            if self.outputs.isEmpty, self.owed < Self.owedLimit { self.owed += 1 }
            for index in self.outputs.indices { self.outputs[index].addMissing(isTriple: observation.isTriple) }
            return
        }
        for (position, output) in observation.outputs.enumerated() {
            guard let index = self.index(of: output.name, hint: position) else { continue }
            self.outputs[index].add(output, self.terms)
        }
    }

    private mutating func index(of name: String, hint: Int) -> Int? {
        if hint < self.outputs.count, self.outputs[hint].name == name { return hint }
        if let index = self.outputs.firstIndex(where: { $0.name == name }) { return index }
        guard self.outputs.count < Self.outputLimit else { return nil }
        var output = OutputTests(name: name, self.terms)
        for _ in 0..<self.owed { output.addMissing(isTriple: false) }
        self.outputs.append(output)
        return self.outputs.count - 1
    }

    private mutating func addLatency(_ observation: GateObservation) {
        let baseline =
            self.terms.latencyBaseline == .repeated ? observation.repeatedNanoseconds : observation.liveNanoseconds
        // After a promotion both sides are compared as the mirrored leg ran them.
        let (accused, other) =
            self.terms.subject == .candidate
            ? (observation.candidateNanoseconds, baseline)
            : (observation.repeatedNanoseconds, observation.candidateNanoseconds)
        guard let accused, let other else { return }
        let limit = Double(other) * self.terms.medianRatio + Double(self.terms.medianSlack)
        self.slower.add(Double(accused) > limit ? 1 : 0)
    }

    private mutating func index(of segment: Segment) -> Int? {
        if let index = self.places[segment] { return index }
        let known = self.valuesOfKey[segment.key]
        guard known != nil || self.valuesOfKey.count < SegmentTable.keys, known ?? 0 < SegmentTable.values else {
            return nil
        }
        return self.append(SegmentTests(segment, self.terms))
    }

    mutating func append(_ tests: SegmentTests) -> Int {
        self.places[tests.segment] = self.segments.count
        self.valuesOfKey[tests.segment.key, default: 0] += 1
        self.segments.append(tests)
        return self.segments.count - 1
    }
}
