/// Singular values by one-sided Jacobi rotations (Hestenes 1958): pairs of columns are turned until all are orthogonal;
/// their lengths are the values.
enum SingularValues {
    /// In no particular order. Cubic in the columns per sweep; converges in a handful of sweeps, at most 60 are made.
    static func of(_ matrix: Matrix) -> [Double] {
        var work = matrix
        for _ in 0..<60 {
            var turned = false
            for first in 0..<work.columns {
                for second in (first + 1)..<max(first + 1, work.columns) {
                    turned = Self.rotate(&work, first, second) || turned
                }
            }
            if !turned { break }
        }
        return (0..<work.columns).map { column in
            (0..<work.rows).reduce(0.0) { $0 + work[$1, column] * work[$1, column] }.squareRoot()
        }
    }

    /// False when the two columns are orthogonal already.
    private static func rotate(_ work: inout Matrix, _ first: Int, _ second: Int) -> Bool {
        var (a, b, c) = (0.0, 0.0, 0.0)
        for row in 0..<work.rows {
            a += work[row, first] * work[row, first]
            b += work[row, second] * work[row, second]
            c += work[row, first] * work[row, second]
        }
        // The negation also stops at NaN.
        guard abs(c) > 1e-15 * (a * b).squareRoot() else { return false }
        let zeta = (b - a) / (2 * c)
        let tangent = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        let sine = cosine * tangent
        for row in 0..<work.rows {
            let (left, right) = (work[row, first], work[row, second])
            work[row, first] = cosine * left - sine * right
            work[row, second] = sine * left + cosine * right
        }
        return true
    }
}
