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
    /// Spaces of equal dimension are unrelated when vectors of the same request have no more in common than those of two
    /// requests (`CommonSpace`), and yet both sides agree on which answers are near which. Without that agreement the
    /// candidate's vectors are noise, which the angle shows best.
    private func unrelated() -> String? {
        if let own = self.live.first?.shape.last, let other = self.candidate.first(where: { $0.shape.last != own }) {
            return "the candidate's have \(other.shape.last.map { "\($0)" } ?? "no") dimensions, live's \(own)"
        }
        var (left, right) = ([[Double]](), [[Double]]())
        var (first, second) = ([Double](), [Double]())
        for (live, candidate) in zip(self.live, self.candidate) {
            guard NeighbourComparator.firstRow(live, &first), NeighbourComparator.firstRow(candidate, &second),
                first.count == second.count
            else { continue }
            left.append(first)
            right.append(second)
        }
        guard left.count >= Self.leastPairs, let space = CommonSpace(left, right), !space.isShared,
            let x = Matrix(left), let y = Matrix(right),
            let overlap = Neighbours.mutualOverlap(x, y, k: CommonSpace.k),
            CommonSpace.agrees(overlap, items: left.count)
        else { return nil }
        return
            "both sides' have no angles in common but agree on what is near what "
            + "(\(Self.short(overlap * 100)) % common neighbours in \(self.answers))"
    }
}
