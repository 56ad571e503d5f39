/// Comparing lists of nearest neighbours.
package enum Neighbours {
    /// Mutual k-NN alignment (Huh et al. 2024): the mean share of an item's `k` nearest neighbours by cosine, itself left
    /// out, that are the same in both embeddings. By chance `k / (rows - 1)`. Nil when the rows differ or there are not
    /// more than `k`. Cost: rows² times the columns.
    package static func mutualOverlap(_ x: Matrix, _ y: Matrix, k: Int) -> Double? {
        guard x.rows == y.rows, k > 0, x.rows > k else { return nil }
        let (left, right) = (Self.cosines(x), Self.cosines(y))
        var sum = 0.0
        for row in 0..<x.rows {
            let pick = { (cosines: Matrix) in
                Self.largest(k, of: x.rows, leavingOut: row) { cosines[row, $0] }
            }
            sum += Self.overlap(pick(left), pick(right))
        }
        return sum / Double(x.rows)
    }

    /// Rank-biased overlap extrapolated beyond the lists (Webber et al. 2010, `RBO_ext` for equally long lists without
    /// ties), 0...1; `p` in 0..<1 says how deep it looks. The longer list is cut.
    package static func rankBiasedOverlap<Item: Hashable>(_ first: [Item], _ second: [Item], p: Double) -> Double {
        let depth = min(first.count, second.count)
        guard depth > 0, p > 0, p < 1 else { return first.isEmpty && second.isEmpty ? 1 : 0 }
        var (seenFirst, seenSecond) = (Set<Item>(), Set<Item>())
        var (common, weight, sum) = (0, 1.0, 0.0)
        for index in 0..<depth {
            let (left, right) = (first[index], second[index])
            if left == right {
                common += 1
            } else {
                if seenSecond.contains(left) { common += 1 }
                if seenFirst.contains(right) { common += 1 }
            }
            seenFirst.insert(left)
            seenSecond.insert(right)
            weight *= p
            sum += Double(common) / Double(index + 1) * weight
        }
        return Double(common) / Double(depth) * weight + (1 - p) / p * sum
    }

    /// Share of the items of `first` that `second` has too.
    static func overlap(_ first: [Int], _ second: [Int]) -> Double {
        guard !first.isEmpty else { return 1 }
        return Double(first.count { second.contains($0) }) / Double(first.count)
    }

    /// Indices of the `k` largest of `count` scores, largest first, the lower index first among equals.
    package static func largest(_ k: Int, of count: Int, leavingOut: Int? = nil, _ score: (Int) -> Double) -> [Int] {
        var best: [(index: Int, score: Double)] = []
        best.reserveCapacity(k + 1)
        for index in 0..<count where index != leavingOut {
            let score = score(index)
            if best.count == k, let last = best.last, !(score > last.score) { continue }
            let place = best.firstIndex { score > $0.score } ?? best.count
            best.insert((index, score), at: place)
            if best.count > k { best.removeLast() }
        }
        return best.map(\.index)
    }

    private static func cosines(_ matrix: Matrix) -> Matrix {
        var gram = matrix.gram
        let norms = (0..<matrix.rows).map { gram[$0, $0].squareRoot() }
        for first in 0..<matrix.rows {
            for second in 0..<matrix.rows {
                let scale = norms[first] * norms[second]
                gram[first, second] = scale > 0 ? gram[first, second] / scale : 0
            }
        }
        return gram
    }
}
