import Glibc

/// Of the proposed slices those that each explain something that the ones before do not: after each choice its excess
/// is taken off its pairs, and the next is the one that then stands out most. A word that only goes along with the one
/// that matters drops out that way.
enum SliceSelection {
    /// Slices that are put to the test: each makes it harder for all.
    private static let most = 12
    /// Of what is left unexplained.
    private static let leastScore = 2.5
    /// Two slices of nearly the same pairs are one; the better is kept.
    private static let mostAlike = 0.8

    /// Evidence, as a logarithm, that a slice must have in the half that proposed it, and how much more for each
    /// further predicate. It was chosen with hindsight there, of ever more the more predicates it has; with less it
    /// will hardly be confirmed, and only makes it harder for the others.
    private static let leastLog = log(20.0)
    private static let moreLog = log(50.0)

    /// - Parameters:
    ///   - losses: Of the discovery half.
    ///   - values: The same, as the proposals were scored by.
    static func chosen(
        of proposals: [SliceSearch.Proposal],
        losses: [Double],
        _ values: [Double]
    ) -> [SliceSearch.Proposal] {
        var chosen: [SliceSearch.Proposal] = []
        var values = values
        var rest = proposals
        while chosen.count < Self.most {
            let score = SliceScore(values)
            let scores = rest.map { score.of($0.places) }
            // The first of equals: proposals come best first.
            guard let best = scores.indices.max(by: { scores[$0] != scores[$1] ? scores[$0] < scores[$1] : $0 > $1 }),
                scores[best] >= Self.leastScore
            else { break }
            let slice = rest.remove(at: best)
            guard Self.isWorthATest(slice, losses) else { continue }
            chosen.append(slice)
            rest.removeAll { $0.places.jaccard(slice.places) > Self.mostAlike }
            Self.explain(slice.places, &values)
        }
        return chosen
    }

    private static func isWorthATest(_ slice: SliceSearch.Proposal, _ losses: [Double]) -> Bool {
        let inside = slice.places.places.map { losses[$0] }
        let outside = losses.indices.filter { !slice.places.contains($0) }.map { losses[$0] }
        let least = Self.leastLog + Self.moreLog * Double(slice.atoms.count - 1)
        return TwoMeansTest(inside: inside, outside: outside).logE >= least
    }

    private static func explain(_ places: PairBits, _ values: inout [Double]) {
        let (inside, all) = (places.count, values.count)
        guard inside > 0, inside < all else { return }
        let sum = places.sum(of: values)
        let excess = sum / Double(inside) - (values.reduce(0, +) - sum) / Double(all - inside)
        for place in places.places { values[place] -= excess }
    }
}
