import ServingCore

/// Says what a slice is: figures over all of its pairs, and what its requests have in common.
struct SliceDescription {
    private static let mostSegments = 3
    /// A declared key describes a slice when so many of its pairs have one value, and this many times more than
    /// elsewhere.
    private static let leastShare = 0.8
    private static let leastLift = 1.5

    private let input: SliceInput
    private let halves: SliceHalves
    private let terms: SliceTerms

    init(_ input: SliceInput, _ halves: SliceHalves) {
        self.input = input
        self.halves = halves
        self.terms = SliceTerms(input.pairs, halves.distinct)
    }

    func of(
        _ slice: SliceDiscovery.Proposed,
        _ judgement: SliceJudgement,
        eValue: Double,
        isConfirmed: Bool
    ) -> Slice {
        let support = slice.rows.count
        let terms = self.terms.of(self.halves.distinct.map { slice.rows.contains($0) })
        let segments = self.segments(slice.rows)
        let examples = SliceExamples(self.input, self.halves.distinct.filter { slice.rows.contains($0) })
        let typical = examples.typical
        let name = slice.predicates.map(\.name).joined(separator: "\n")
        return Slice(
            id: Self.hexadecimal(StableHash.fmix64(StableHash.fnv1a64(name))),
            label: SliceLabel.text(slice.predicates, terms, segments, typical.first),
            predicates: slice.predicates,
            terms: terms,
            segments: segments,
            support: support,
            share: Double(support) / Double(max(1, self.input.pairs.count)),
            inside: self.figures { slice.rows.contains($0) },
            outside: self.figures { !slice.rows.contains($0) },
            score: slice.score,
            excess: judgement.excess,
            eValue: eValue,
            confirmed: isConfirmed,
            gate: judgement.gate,
            examples: typical,
            mostDivergent: examples.mostDivergent
        )
    }

    private func figures(_ isPart: (Int) -> Bool) -> Slice.Figures {
        var (losses, sum, pairs, diverged, candidate, live) = (0, 0.0, 0, 0, 0, 0)
        for (row, pair) in self.input.pairs.enumerated() where isPart(row) {
            pairs += 1
            if let loss = pair.loss {
                losses += 1
                sum += loss
            }
            if pair.diverged { diverged += 1 }
            if pair.candidate != .answered { candidate += 1 }
            if pair.live != .answered { live += 1 }
        }
        let all = Double(max(1, pairs))
        return Slice.Figures(
            divergence: sum / Double(max(1, losses)),
            diverged: Double(diverged) / all,
            candidateFailed: Double(candidate) / all,
            liveFailed: Double(live) / all
        )
    }

    private func segments(_ rows: PairBits) -> [Slice.SegmentShare] {
        var counts: [Segment: (inside: Int, outside: Int)] = [:]
        for (row, pair) in self.input.pairs.enumerated() {
            let isInside = rows.contains(row)
            for segment in Set(pair.segments) {
                counts[segment, default: (0, 0)].inside += isInside ? 1 : 0
                counts[segment, default: (0, 0)].outside += isInside ? 0 : 1
            }
        }
        let inside = Double(max(1, rows.count))
        let outside = Double(max(1, self.input.pairs.count - rows.count))
        let shares = counts.map { segment, count in
            Slice.SegmentShare(
                key: segment.key,
                value: segment.value,
                inside: Double(count.inside) / inside,
                outside: Double(count.outside) / outside
            )
        }
        let telling = shares.filter { $0.inside >= Self.leastShare && $0.inside >= Self.leastLift * $0.outside }
        let order = telling.sorted { ($1.inside, $0.key, $0.value) < ($0.inside, $1.key, $1.value) }
        return Array(order.prefix(Self.mostSegments))
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
