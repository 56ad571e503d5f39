/// Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations.
enum SymmetricEigen {
    private static let sweeps = 30

    /// Largest eigenvalue first; each vector of length 1.
    /// - Parameter matrix: Rows of a symmetric matrix of finite values.
    static func of(_ matrix: [[Double]]) -> [(value: Double, vector: [Double])] {
        let size = matrix.count
        var work = matrix
        var vectors = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
        for _ in 0..<Self.sweeps {
            var turned = false
            for first in 0..<size {
                for second in (first + 1)..<max(first + 1, size) {
                    turned = self.rotate(&work, &vectors, first, second) || turned
                }
            }
            if !turned { break }
        }
        return (0..<size).map { (work[$0][$0], vectors[$0]) }.sorted { $0.value > $1.value }
    }

    /// False when the two are independent already.
    private static func rotate(
        _ work: inout [[Double]],
        _ vectors: inout [[Double]],
        _ first: Int,
        _ second: Int
    ) -> Bool {
        let (a, b, c) = (work[first][first], work[second][second], work[first][second])
        guard abs(c) > 1e-15 * (abs(a) + abs(b)), abs(c) > .leastNormalMagnitude else { return false }
        let zeta = (b - a) / (2 * c)
        let tangent = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        let sine = cosine * tangent
        for place in work.indices {
            let (left, right) = (work[place][first], work[place][second])
            work[place][first] = cosine * left - sine * right
            work[place][second] = sine * left + cosine * right
        }
        for place in work.indices {
            let (upper, lower) = (work[first][place], work[second][place])
            work[first][place] = cosine * upper - sine * lower
            work[second][place] = sine * upper + cosine * lower
            let (one, other) = (vectors[first][place], vectors[second][place])
            vectors[first][place] = cosine * one - sine * other
            vectors[second][place] = sine * one + cosine * other
        }
        return true
    }
}
