/// How alike two embeddings of the same items are, whatever their axes. Row i of both matrices is item i. All give nil
/// when the matrices have different numbers of rows or too few.
package enum Alignment {
    /// Linear centred kernel alignment, 0...1: `||Xc'Yc||² / (||Xc'Xc|| ||Yc'Yc||)` (Kornblith et al. 2019). Cost: rows
    /// times the product of the columns.
    package static func linearCKA(_ x: Matrix, _ y: Matrix) -> Double? {
        guard x.rows == y.rows, x.rows > 0 else { return nil }
        let (x, y) = (x.centred, y.centred)
        let norms = (x.transposedTimes(x).squareSum * y.transposedTimes(y).squareSum).squareRoot()
        return norms > 0 ? x.transposedTimes(y).squareSum / norms : nil
    }

    /// The same with the unbiased estimate of HSIC (Song et al. 2012, equation 5), for when there are not many more items
    /// than columns. Needs 4 rows; quadratic in the rows.
    package static func unbiasedLinearCKA(_ x: Matrix, _ y: Matrix) -> Double? {
        guard x.rows == y.rows, x.rows >= 4 else { return nil }
        let (k, l) = (x.gram, y.gram)
        let norms = Self.unbiasedHSIC(k, k) * Self.unbiasedHSIC(l, l)
        return norms > 0 ? Self.unbiasedHSIC(k, l) / norms.squareRoot() : nil
    }

    /// What is left after the best translation, scaling and rotation of `y` onto `x`, 0...1
    /// (`scipy.spatial.procrustes`' disparity). Needs the same columns; nil when all rows of a side are equal.
    package static func procrustes(_ x: Matrix, _ y: Matrix) -> Double? {
        guard x.rows == y.rows, x.columns == y.columns, x.rows > 0 else { return nil }
        let (x, y) = (x.centred, y.centred)
        let norms = (x.squareSum * y.squareSum).squareRoot()
        guard norms > 0 else { return nil }
        let sum = SingularValues.of(x.transposedTimes(y)).reduce(0, +) / norms
        return max(0, 1 - sum * sum)
    }

    private static func unbiasedHSIC(_ k: Matrix, _ l: Matrix) -> Double {
        let count = k.rows
        var (trace, crossed, sumK, sumL) = (0.0, 0.0, 0.0, 0.0)
        for row in 0..<count {
            var (rowK, rowL) = (0.0, 0.0)
            for column in 0..<count where column != row {
                trace += k[row, column] * l[row, column]
                rowK += k[row, column]
                rowL += l[row, column]
            }
            crossed += rowK * rowL
            sumK += rowK
            sumL += rowL
        }
        let n = Double(count)
        return (trace + sumK * sumL / ((n - 1) * (n - 2)) - 2 * crossed / (n - 2)) / (n * (n - 3))
    }
}
