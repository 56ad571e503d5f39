package import ServingCore

/// Compares the pairs of one release, output by output. Which comparator an output gets is decided once, from the manifest
/// and the first pairs in which both versions answered; those are held back until then.
///
/// Coding it keeps everything but the pairs held back, and what is decoded goes on exactly as the original would. Total: no
/// tensor, however damaged, stops it. Same pairs, same results.
package struct PairComparator: Sendable {
    /// Pairs held back at most.
    package static let heldBack = 32
    /// Bytes of tensors held back at most, but for one pair.
    package static let heldBackBytes = 8 << 20

    private var outputs: [ComparedOutput]
    /// Outputs that only the candidate has.
    private let extra: [OutputPlan]
    private var isChosen = false
    private var held: [Pair] = []
    private var heldBytes = 0
    private var workspace = Workspace()

    package init(live: ModelSignature, candidate: ModelSignature, settings: ComparisonSettings) {
        self.outputs = live.outputs.map { spec in
            let other = candidate.outputs.first { $0.name == spec.name }
            return ComparedOutput(DeclaredOutput(spec, candidate: other, setting: settings.outputs[spec.name]))
        }
        self.extra = candidate.outputs.filter { spec in !live.outputs.contains { $0.name == spec.name } }.map { spec in
            OutputPlan(
                name: spec.name,
                datatype: spec.datatype.description,
                comparator: .ignore,
                tolerance: nil,
                why: "only the candidate has this output, so there is nothing to compare it with",
                override: ""
            )
        }
    }

    /// Empty until chosen. Outputs no answer has had yet are left out; those that only the candidate has come last.
    package var plan: [OutputPlan] {
        self.isChosen ? self.outputs.compactMap(\.plan) + self.extra : []
    }

    /// Compares, in the order of the pairs; until the comparators are chosen pairs are held back and come out together. A
    /// pair in which live or the candidate did not answer comes out at once without outputs.
    package mutating func add(_ pair: Pair) -> [(pair: Pair, comparison: PairComparison)] {
        guard !self.isChosen, pair.live.outcome == .answered, pair.candidate.outcome == .answered else {
            return [(pair, self.compare(pair, places: []))]
        }
        self.held.append(pair)
        self.heldBytes &+= pair.byteCount
        return self.held.count < Self.heldBack && self.heldBytes < Self.heldBackBytes ? [] : self.settle()
    }

    /// Chooses with what there is and gives out what was held back. Does nothing without any, or when chosen before.
    package mutating func settle() -> [(pair: Pair, comparison: PairComparison)] {
        guard !self.isChosen, !self.held.isEmpty else { return [] }
        let pairs = self.held
        self.held = []
        self.heldBytes = 0
        self.isChosen = true
        var places: [[Int64: Int]] = []
        for index in self.outputs.indices { places.append(self.outputs[index].choose(from: pairs)) }
        return pairs.map { pair in (pair, self.compare(pair, places: places)) }
    }

    /// - Parameter places: for each output those of the held-back pairs among its kept vectors.
    private mutating func compare(_ pair: Pair, places: [[Int64: Int]]) -> PairComparison {
        let isAnswered = pair.live.outcome == .answered && pair.candidate.outcome == .answered
        let noise = self.isChosen && pair.live.outcome == .answered ? pair.noise : nil
        let again = noise?.outcome == .answered ? noise : nil
        var comparison = PairComparison(outputs: [], noise: again == nil ? nil : [])
        guard isAnswered || again != nil else { return comparison }
        if isAnswered { comparison.outputs.reserveCapacity(self.outputs.count) }
        for index in self.outputs.indices {
            var place = index < places.count ? places[index][pair.id] : nil
            if isAnswered {
                if self.outputs[index].plan == nil { place = self.outputs[index].choose(from: [pair])[pair.id] }
                if let result = self.outputs[index].compare(
                    pair.live,
                    pair.candidate,
                    .candidate,
                    &place,
                    &self.workspace
                ) {
                    comparison.outputs.append(result)
                }
            }
            if let again,
                let result = self.outputs[index].compare(pair.live, again, .liveAgain, &place, &self.workspace)
            {
                comparison.noise?.append(result)
            }
        }
        self.workspace.trim()
        return comparison
    }
}

extension PairComparator: Codable {
    private enum CodingKeys: String, CodingKey {
        case outputs, extra, isChosen
    }
}

extension Pair {
    /// Bytes of all its tensors.
    fileprivate var byteCount: Int {
        let legs = [self.live, self.candidate] + (self.noise.map { [$0] } ?? [])
        return (self.inputs + legs.flatMap(\.outputs)).reduce(0) { $0 &+ $1.tensor.bytes.count }
    }
}
