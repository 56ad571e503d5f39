import Comparison

/// Finds the parts of traffic in which the candidate diverges more than elsewhere: proposed by one half of the requests
/// (`SliceHalves`) among clusters of meaning, words and declared keys, up to three of them together, and judged by the
/// other.
///
/// The same input gives the same findings, on every machine of one kind. Cost for 20,000 pairs of 384 values: some two
/// seconds.
package struct SliceDiscovery: Sendable {
    package struct Result: Sendable {
        package var findings: SliceFindings
        /// Ids of the pairs in each slice, by `Slice.id`, in the order of the input.
        package var members: [String: [Int64]]
    }

    /// Of the confirmed slices, the share that is expected to be false at most.
    private let alpha: Double
    private let input: SliceInput

    package init(_ input: SliceInput, alpha: Double = 0.1) {
        self.input = input
        self.alpha = alpha > 0 && alpha < 1 ? alpha : 0.1
    }

    package func run() -> Result {
        let halves = SliceHalves(self.input)
        let losses = self.input.pairs.compactMap(\.loss)
        var findings = SliceFindings(
            slices: [],
            epoch: halves.epoch,
            proposedFrom: halves.proposedFrom,
            nextEpoch: halves.epoch == 0 ? SliceHalves.firstEpoch : 2 * halves.proposedFrom,
            pairs: self.input.pairs.count,
            requests: halves.distinct.count,
            divergence: losses.reduce(0, +) / Double(max(1, losses.count)),
            alpha: self.alpha
        )
        guard halves.epoch > 0 else { return Result(findings: findings, members: [:]) }
        let proposed = self.proposals(halves)
        let judged = proposed.map { SliceJudgement($0.rows, self.input, halves) }
        let values = judged.map { SliceJudgement.shown($0.logE) * halves.weight }
        let confirmed = Set(EValues.rejected(values, alpha: self.alpha))
        let description = SliceDescription(self.input, halves)
        var members: [String: [Int64]] = [:]
        for (index, slice) in proposed.enumerated() {
            let described = description.of(
                slice,
                judged[index],
                eValue: values[index],
                isConfirmed: confirmed.contains(index)
            )
            members[described.id] = slice.rows.places.map { self.input.pairs[$0].id }
            findings.slices.append(described)
        }
        findings.slices.sort {
            if $0.confirmed != $1.confirmed { return $0.confirmed }
            return $0.excess.lower != $1.excess.lower ? $0.excess.lower > $1.excess.lower : $0.id < $1.id
        }
        return Result(findings: findings, members: members)
    }

    /// A slice that is put to the test.
    struct Proposed {
        let predicates: [SlicePredicate]
        let rows: PairBits
        let score: Double
    }

    private func proposals(_ halves: SliceHalves) -> [Proposed] {
        let losses = halves.discovery.map { self.input.pairs[$0].loss ?? 0 }
        let cap = Self.cap(losses)
        let values = losses.map { min(cap, $0) / cap }
        let atoms = SliceAtoms(self.input, halves, values)
        var search = SliceSearch(atoms, values)
        let isNamed = atoms.atoms.map(\.predicate.isNamed)
        return SliceSelection.chosen(of: search.run(), isNamed: isNamed, losses: losses, values).map { slice in
            let parts = slice.atoms.map { atoms.atoms[$0] }
            return Proposed(
                predicates: parts.map(\.predicate).sorted(by: SlicePredicate.isBefore),
                rows: parts.dropFirst().reduce(parts[0].rows) { $0.intersection($1.rows) },
                score: slice.score
            )
        }
    }

    /// The smallest power of two, at least 1/1024, that no more than a hundredth of the losses exceed: without it a few
    /// extreme ones would be all there is to see.
    private static func cap(_ losses: [Double]) -> Double {
        var cap = 1.0
        while cap > 0x1p-10, losses.count(where: { $0 > cap / 2 }) * 100 <= losses.count { cap /= 2 }
        return cap
    }
}
