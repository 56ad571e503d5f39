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

    /// A slice of words and declared keys says by itself what it is about, and anybody can look at the same requests
    /// again; a cluster or region must stand out by half more to be chosen before it.
    private static let unnamedWeight = 2.0 / 3

    /// Evidence, as a logarithm, that a slice must have in the half that proposed it, and how much more for each
    /// further predicate. It was chosen with hindsight there, of ever more the more predicates it has; with less it
    /// will hardly be confirmed, and only makes it harder for the others.
    private static let leastLog = log(20.0)
    private static let moreLog = log(50.0)

    /// - Parameters:
    ///   - isNamed: Whether each atom of the proposals is a word or a declared key.
    ///   - losses: Of the discovery half.
    ///   - values: The same, as the proposals were scored by.
    static func chosen(
        of proposals: [SliceSearch.Proposal],
        isNamed: [Bool],
        losses: [Double],
        _ values: [Double]
    ) -> [SliceSearch.Proposal] {
        var chosen: [SliceSearch.Proposal] = []
        var values = values
        var rest = proposals
        while chosen.count < Self.most {
            let score = SliceScore(values)
            let weights = rest.map { slice in
                let score = score.of(slice.places)
                guard score >= Self.leastScore else { return 0.0 }
                return slice.atoms.allSatisfy { isNamed[$0] } ? score : Self.unnamedWeight * score
            }
            // The first of equals: proposals come best first.
            let isWorse = { (one: Int, other: Int) in
                weights[one] != weights[other] ? weights[one] < weights[other] : one > other
            }
            guard let best = weights.indices.max(by: isWorse), weights[best] > 0 else { break }
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
