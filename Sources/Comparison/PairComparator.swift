package import ServingCore

/// Compares the pairs of one release, output by output. Which comparator an output gets is decided once, from the manifest
/// and the first pairs in which both versions answered; those are held back until then.
///
/// Total: no tensor, however damaged, stops it. Same pairs, same results, also when it was saved and continued in between,
/// with two exceptions: pairs held back are lost, and so are vectors that may not be kept, until there are enough again to
/// look for neighbours among, or to hold a text's meaning against.
package struct PairComparator: Sendable {
    /// Pairs held back at most.
    package static let heldBack = 32
    /// Bytes of tensors held back at most, but for one pair.
    package static let heldBackBytes = 8 << 20

    private var state: ComparatorState
    private let form: any KeptForm
    private let meaning: (any TextMeaning)?
    private var held: [Pair] = []
    private var heldBytes = 0
    private var workspace = Workspace()

    /// - Parameter meaning: what tells the meaning of free texts; nil: they are compared by their letters.
    package init(
        live: ModelSignature,
        candidate: ModelSignature,
        settings: ComparisonSettings,
        keeping form: any KeptForm = VerbatimForm(),
        meaning: (any TextMeaning)? = nil
    ) {
        self.init(
            continuing: ComparatorState(live: live, candidate: candidate, settings: settings),
            keeping: form,
            meaning: meaning
        )
    }

    /// - Parameters:
    ///   - form: the one under which `state` came to be.
    ///   - meaning: the one with which it did; with another one texts are compared by their letters.
    package init(
        continuing state: ComparatorState,
        keeping form: any KeptForm = VerbatimForm(),
        meaning: (any TextMeaning)? = nil
    ) {
        self.state = state
        self.form = form
        self.meaning = meaning
    }

    /// What may be saved and shown.
    package var kept: ComparatorState {
        var kept = self.state
        for index in kept.outputs.indices where !self.form.keepsValues(of: kept.outputs[index].declared.name) {
            kept.outputs[index].forgetVectors()
        }
        return kept
    }

    /// Compares, in the order of the pairs; until the comparators are chosen pairs are held back and come out together. A
    /// pair in which live or the candidate did not answer comes out at once without outputs.
    package mutating func add(_ pair: Pair) -> [(pair: Pair, comparison: PairComparison)] {
        guard !self.state.isChosen, pair.live.outcome == .answered, pair.candidate.outcome == .answered else {
            return [(pair, self.compare(pair, places: []))]
        }
        self.held.append(pair)
        self.heldBytes &+= pair.byteCount
        return self.held.count < Self.heldBack && self.heldBytes < Self.heldBackBytes ? [] : self.settle()
    }

    /// Chooses with what there is and gives out what was held back. Does nothing without any, or when chosen before.
    package mutating func settle() -> [(pair: Pair, comparison: PairComparison)] {
        guard !self.state.isChosen, !self.held.isEmpty else { return [] }
        let pairs = self.held
        self.held = []
        self.heldBytes = 0
        self.state.isChosen = true
        var places: [[Int64: Int]] = []
        for index in self.state.outputs.indices {
            places.append(self.state.outputs[index].choose(from: pairs, self.form, self.meaning?.mark))
        }
        return pairs.map { pair in (pair, self.compare(pair, places: places)) }
    }

    /// - Parameter places: for each output those of the held-back pairs among its kept vectors.
    private mutating func compare(_ pair: Pair, places: [[Int64: Int]]) -> PairComparison {
        let isAnswered = pair.live.outcome == .answered && pair.candidate.outcome == .answered
        let noise = self.state.isChosen && pair.live.outcome == .answered ? pair.noise : nil
        let again = noise?.outcome == .answered ? noise : nil
        var comparison = PairComparison(outputs: [], noise: again == nil ? nil : [])
        guard isAnswered || again != nil else { return comparison }
        if isAnswered { comparison.outputs.reserveCapacity(self.state.outputs.count) }
        for index in self.state.outputs.indices {
            var place = index < places.count ? places[index][pair.id] : nil
            if isAnswered {
                if self.state.outputs[index].plan == nil {
                    place = self.state.outputs[index].choose(from: [pair], self.form, self.meaning?.mark)[pair.id]
                }
                if let result = self.compare(index, pair, pair.candidate, .candidate, &place) {
                    comparison.outputs.append(result)
                }
            }
            if let again, let result = self.compare(index, pair, again, .liveAgain, &place) {
                comparison.noise?.append(result)
            }
        }
        self.workspace.trim()
        return comparison
    }

    private mutating func compare(
        _ index: Int,
        _ pair: Pair,
        _ other: Leg,
        _ side: ComparedSide,
        _ place: inout Int?
    ) -> OutputComparison? {
        self.state.outputs[index].compare(pair.live, other, side, self.form, self.meaning, &place, &self.workspace)
    }
}

extension Pair {
    /// Bytes of all its tensors.
    fileprivate var byteCount: Int {
        let legs = [self.live, self.candidate] + (self.noise.map { [$0] } ?? [])
        return (self.inputs + legs.flatMap(\.outputs)).reduce(0) { $0 &+ $1.tensor.bytes.count }
    }
}
