import ServingCore

/// The plane in which vectors vary most, with an orientation that stays when the vectors grow in number.
package struct PrincipalPlane: Sendable, Equatable {
    /// Vectors looked at, evenly spread over all.
    private static let mostFitted = 4_000
    /// Directions iterated on: more than two, so that two close ones do not hold each other up.
    private static let width = 8
    private static let iterations = 12

    package var mean: [Float]
    /// Of length 1, at right angles.
    package var axes: [[Float]]
    /// Shares of the variance along the two axes.
    package var explained: [Double]

    /// By subspace iteration from a seeded start (Halko et al. 2011), the same for the same vectors. The sign of an
    /// axis is such that its largest value is positive; with a previous plane of that dimension, the axes are turned
    /// within their plane to agree with that one's as far as they can. Rows of zeros are left out. Nil for fewer than
    /// three others, or when they are all alike. Cost: some 200 passes over at most 4,000 rows.
    package init?(_ vectors: [Float], dimension: Int, previous: PrincipalPlane? = nil) {
        guard dimension > 1, vectors.count.isMultiple(of: dimension), vectors.allSatisfy(\.isFinite) else { return nil }
        let starts = stride(from: 0, to: vectors.count, by: dimension)
            .filter { start in vectors[start..<start + dimension].contains { $0 != 0 } }
        guard starts.count > 2 else { return nil }
        let count = min(starts.count, Self.mostFitted)
        let rows = (0..<count).flatMap { place in
            let start = starts[place * starts.count / count]
            return vectors[start..<start + dimension]
        }
        let design = CentredRows(rows, dimension: dimension)
        var basis = Self.start(dimension)
        for _ in 0..<Self.iterations {
            basis = Self.orthogonal(basis.map { design.transposedTimes(design.times($0)) })
        }
        let images = basis.map { design.times($0) }
        let gram = images.map { one in images.map { other in Self.dot(one, other) } }
        let eigen = SymmetricEigen.of(gram)
        guard eigen.count > 1, eigen[1].value > 0, design.squares > 0 else { return nil }
        let axes = eigen.prefix(2).map { Self.combined(basis, $0.vector) }
        self.mean = design.mean
        self.axes = Self.oriented(axes, like: previous?.axes)
        let variances = self.axes.map { axis in design.times(axis).reduce(0.0) { $0 + Double($1) * Double($1) } }
        self.explained = variances.map { min(1, $0 / design.squares) }
    }

    /// Coordinates of each row; nil for rows of zeros.
    package func project(_ vectors: [Float]) -> [(x: Float, y: Float)?] {
        let dimension = self.mean.count
        let rows = UnitRows(vectors, dimension: dimension)
        let products = self.axes.map { rows.products(with: $0) }
        let shifts = self.axes.map { Float(Self.dot($0, self.mean)) }
        return (0..<rows.count).map { row in
            guard vectors[row * dimension..<(row + 1) * dimension].contains(where: { $0 != 0 }) else { return nil }
            return (products[0][row] - shifts[0], products[1][row] - shifts[1])
        }
    }

    private static func start(_ dimension: Int) -> [[Float]] {
        var random = SplitMix(state: 0x7EA1)
        return (0..<min(Self.width, dimension)).map { _ in
            (0..<dimension).map { _ in Float(random.unit()) - 0.5 }
        }
    }

    /// Gram-Schmidt, twice for accuracy; what depends on those before it is dropped.
    private static func orthogonal(_ vectors: [[Float]]) -> [[Float]] {
        var basis: [[Float]] = []
        for vector in vectors {
            var rest = vector
            let before = Self.dot(vector, vector)
            for _ in 0..<2 {
                for other in basis {
                    let part = Float(Self.dot(rest, other))
                    for place in rest.indices { rest[place] -= part * other[place] }
                }
            }
            let squares = Self.dot(rest, rest)
            guard squares > 1e-10 * before, squares > 0 else { continue }
            let length = Float(squares.squareRoot())
            basis.append(rest.map { $0 / length })
        }
        return basis
    }

    private static func combined(_ basis: [[Float]], _ weights: [Double]) -> [Float] {
        var sum = [Float](repeating: 0, count: basis.first?.count ?? 0)
        for (vector, weight) in zip(basis, weights) {
            for place in sum.indices { sum[place] += Float(weight) * vector[place] }
        }
        return sum
    }

    private static func oriented(_ axes: [[Float]], like previous: [[Float]]?) -> [[Float]] {
        if let previous, previous.count == 2, previous.allSatisfy({ $0.count == axes[0].count }) {
            // The orthogonal 2 x 2 matrix nearest to the products of old and new axes turns the new onto the old.
            let (a, b) = (Self.dot(previous[0], axes[0]), Self.dot(previous[0], axes[1]))
            let (c, d) = (Self.dot(previous[1], axes[0]), Self.dot(previous[1], axes[1]))
            let sign = a * d - b * c < 0 ? -1.0 : 1.0
            let (cosine, sine) = (a + sign * d, b - sign * c)
            let length = (cosine * cosine + sine * sine).squareRoot()
            if length > 1e-6 {
                return [
                    Self.combined(axes, [cosine / length, sine / length]),
                    Self.combined(axes, [-sign * sine / length, sign * cosine / length]),
                ]
            }
        }
        return axes.map { axis in
            let largest = axis.max { abs($0) < abs($1) } ?? 0
            return largest < 0 ? axis.map { -$0 } : axis
        }
    }

    private static func dot(_ one: [Float], _ other: [Float]) -> Double {
        zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
