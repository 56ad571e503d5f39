import ServingCore

extension ComparatorChoice.FirstAnswers {
    /// Pairs from which it can be told whether two spaces are related.
    private static let leastPairs = 16

    /// By cosine where both sides' vectors live in one space, by neighbours where they do not.
    func vector(_ why: String) -> ComparatorChoice {
        if let reason = self.unrelated() {
            let tolerance = self.output.tolerance ?? Self.neighbourTolerance
            return ComparatorChoice(
                comparator: .vector,
                method: .neighbours(NeighbourComparator(tolerance: tolerance)),
                tolerance: tolerance,
                why: "\(why); \(reason), so each answer's \(NeighbourComparator.k) nearest neighbours are compared"
            )
        }
        let tolerance = self.output.tolerance ?? self.output.band(for: self.datatype).cosineDistance
        return ComparatorChoice(
            comparator: .vector,
            method: .cosine(CosineComparator(tolerance: tolerance)),
            tolerance: tolerance,
            why: "\(why); compared by cosine distance"
        )
    }

    /// Why the two sides' vectors cannot be compared by their angle; nil when they can.
    ///
    /// Spaces of equal dimension are unrelated when vectors of the same request are about at right angles (mean |cos| below
    /// 1.5/√d; chance gives 0.8/√d), and yet both sides agree on which answers are near which (twice as many common
    /// neighbours as by chance). Without that agreement the candidate's vectors are noise, which the angle shows best.
    private func unrelated() -> String? {
        if let own = self.live.first?.shape.last, let other = self.candidate.first(where: { $0.shape.last != own }) {
            return "the candidate's have \(other.shape.last.map { "\($0)" } ?? "no") dimensions, live's \(own)"
        }
        var (left, right, angles) = ([[Double]](), [[Double]](), 0.0)
        var (first, second) = ([Double](), [Double]())
        for (live, candidate) in zip(self.live, self.candidate) {
            guard NeighbourComparator.firstRow(live, &first), NeighbourComparator.firstRow(candidate, &second),
                let cosine = Cosine.similarity(first, second)
            else { continue }
            left.append(first)
            right.append(second)
            angles += abs(cosine)
        }
        let k = 5
        guard left.count >= Self.leastPairs, let dimensions = left.first?.count,
            angles / Double(left.count) < 1.5 / Double(dimensions).squareRoot(),
            let x = Matrix(left), let y = Matrix(right), let overlap = Neighbours.mutualOverlap(x, y, k: k),
            overlap >= 2 * Double(k) / Double(left.count - 1)
        else { return nil }
        return
            "both sides' are at right angles but agree on what is near what (\(Self.short(overlap * 100)) % common neighbours "
            + "in \(self.answers))"
    }
}
