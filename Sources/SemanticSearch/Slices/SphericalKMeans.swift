import ServingCore

/// k-means over unit vectors by angle (Dhillon & Modha 2001), begun as k-means++ does. The same input and seed give the same
/// clusters.
enum SphericalKMeans {
    /// The best of `restarts` by the sum of similarities to the own centre; nothing when there are fewer than `k` rows.
    /// Centres are unit vectors, but for rows of zeros. Cost: rows times `k` times `dimension`, for each iteration.
    static func fit(
        rows values: [Float],
        dimension: Int,
        k: Int,
        seed: UInt64,
        iterations: Int,
        restarts: Int
    ) -> (centroids: [Float], assignments: [Int32]) {
        let rows = UnitRows(values, dimension: dimension)
        guard k > 0, rows.count >= k else { return ([], []) }
        var chance = SplitMix(state: seed)
        var best: (score: Double, centroids: [Float], assignments: [Int32]) = (-.infinity, [], [])
        for _ in 0..<max(1, restarts) {
            let found = Self.refined(Self.begun(rows, k, &chance), rows, iterations)
            if found.score > best.score { best = found }
        }
        return (best.centroids, best.assignments)
    }

    /// Each further centre is a row drawn in proportion to its distance from those there are.
    private static func begun(_ rows: UnitRows, _ k: Int, _ chance: inout SplitMix) -> [Float] {
        var centroids: [Float] = []
        var distances = [Double](repeating: .infinity, count: rows.count)
        var pick = Int(chance.next() % UInt64(rows.count))
        for _ in 0..<k {
            let centre = Array(rows.values[pick * rows.dimension..<(pick + 1) * rows.dimension])
            centroids += centre
            for (row, product) in rows.products(with: centre).enumerated() {
                distances[row] = min(distances[row], max(0, 1 - Double(product)))
            }
            var left = chance.unit() * distances.reduce(0, +)
            pick = rows.count - 1
            for row in 0..<rows.count {
                left -= distances[row]
                if left < 0 {
                    pick = row
                    break
                }
            }
        }
        return centroids
    }

    private static func refined(
        _ start: [Float],
        _ rows: UnitRows,
        _ iterations: Int
    ) -> (score: Double, centroids: [Float], assignments: [Int32]) {
        var centroids = start
        var assignments: [Int32] = []
        for _ in 0..<max(1, iterations) {
            let nearest = UnitRows(centroids, dimension: rows.dimension).nearest(toEachOf: rows.values)
            if nearest == assignments { break }
            assignments = nearest
            Self.move(&centroids, rows, assignments)
        }
        var score = 0.0
        for row in 0..<rows.count {
            let (one, other) = (row * rows.dimension, Int(assignments[row]) * rows.dimension)
            for place in 0..<rows.dimension { score += Double(rows.values[one + place] * centroids[other + place]) }
        }
        return (score, centroids, assignments)
    }

    /// A centre that lost its rows stays where it was.
    private static func move(_ centroids: inout [Float], _ rows: UnitRows, _ assignments: [Int32]) {
        let dimension = rows.dimension
        var sums = [Float](repeating: 0, count: centroids.count)
        sums.withUnsafeMutableBufferPointer { sums in
            rows.values.withUnsafeBufferPointer { values in
                for row in 0..<rows.count {
                    let (one, other) = (row * dimension, Int(assignments[row]) * dimension)
                    for place in 0..<dimension { sums[other + place] += values[one + place] }
                }
            }
        }
        for start in stride(from: 0, to: sums.count, by: dimension) {
            let length = sums[start..<start + dimension].reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length > 0 else { continue }
            for place in start..<start + dimension { centroids[place] = sums[place] / length }
        }
    }
}
