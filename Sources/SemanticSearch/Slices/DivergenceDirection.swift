/// Directions in the space of request vectors along which divergence grows, by partial least squares: the first steps
/// of conjugate gradients on the least-squares fit of divergence by vector. Few steps fit what much of the divergence
/// shares, more steps finer differences.
struct DivergenceDirection {
    private static let steps = [1, 3, 6]
    private static let shares = [0.05, 0.1, 0.2, 0.3]
    private static let leastRows = 100

    /// Of the input's rows that lie farthest along a direction.
    struct Region {
        let steps: Int
        let share: Double
        /// Whether each row of the input is in it; for a row of the discovery half as judged by a direction that was
        /// fitted without it, or else the fit would see the very divergences that it is scored by.
        let proposed: PairBits
        let rows: PairBits
    }

    /// None without vectors. Cost: 40 passes over the discovery half.
    static func regions(_ input: SliceInput, _ halves: SliceHalves, _ values: [Double]) -> [Region] {
        let known = halves.discovery.indices.filter { input.hasVector(halves.discovery[$0]) }
        guard known.count >= Self.leastRows else { return [] }
        let samples = known.map { (row: halves.discovery[$0], value: values[$0]) }
        let folds = (0...1).map { fold in samples.indices.filter { $0 & 1 == fold }.map { samples[$0] } }
        let (all, one, other) = (Self.fit(input, samples), Self.fit(input, folds[0]), Self.fit(input, folds[1]))
        let isThere = input.pairs.indices.filter { input.hasVector($0) }
        return Self.steps.indices.flatMap { step in
            let along = Projection(input, all[step], samples)
            let (first, second) = (Projection(input, other[step], folds[1]), Projection(input, one[step], folds[0]))
            return Self.shares.map { share in
                let rows = PairBits(count: input.pairs.count, isThere.lazy.filter { along.isBeyond($0, share) })
                var proposed = rows
                for row in folds[0].map(\.row) { proposed.set(row, to: first.isBeyond(row, share)) }
                for row in folds[1].map(\.row) { proposed.set(row, to: second.isBeyond(row, share)) }
                return Region(steps: Self.steps[step], share: share, proposed: proposed, rows: rows)
            }
        }
    }

    /// How far rows lie along a direction, against those that it was fitted on.
    private struct Projection {
        private let products: [Float]
        private let sorted: [Float]

        init(_ input: SliceInput, _ direction: [Float], _ samples: [(row: Int, value: Double)]) {
            self.products = UnitRows(input.vectors, dimension: input.dimension).products(with: direction)
            let products = self.products
            self.sorted = samples.map { products[$0.row] }.sorted()
        }

        /// Farther than all but this share of the samples.
        func isBeyond(_ row: Int, _ share: Double) -> Bool {
            let place = Int((1 - share) * Double(self.sorted.count))
            return self.products[row] > self.sorted[min(max(0, place), self.sorted.count - 1)]
        }
    }

    /// The direction after each of `steps`.
    private static func fit(_ input: SliceInput, _ samples: [(row: Int, value: Double)]) -> [[Float]] {
        let dimension = input.dimension
        let rows = samples.flatMap { input.vectors[$0.row * dimension..<($0.row + 1) * dimension] }
        let design = CentredRows(rows, dimension: dimension)
        let mean = samples.reduce(0) { $0 + $1.value } / Double(samples.count)
        var direction = [Float](repeating: 0, count: dimension)
        var residual = design.transposedTimes(samples.map { Float($0.value - mean) })
        var search = residual
        var squares = Self.squares(residual)
        var directions: [[Float]] = []
        for step in 1...(Self.steps.last ?? 1) {
            let image = design.times(search)
            let curvature = Self.squares(image)
            if squares > 0, curvature > 0 {
                let length = squares / curvature
                let pulled = design.transposedTimes(image)
                for place in 0..<dimension {
                    direction[place] += length * search[place]
                    residual[place] -= length * pulled[place]
                }
                let next = Self.squares(residual)
                for place in 0..<dimension { search[place] = residual[place] + next / squares * search[place] }
                squares = next
            }
            if Self.steps.contains(step) { directions.append(direction) }
        }
        return directions
    }

    private static func squares(_ vector: [Float]) -> Float { vector.reduce(0) { $0 + $1 * $1 } }
}
