import Glibc

/// How far two clouds of points lie apart. Rows are points. Quadratic in the rows; nil when the columns differ or there
/// are too few rows.
package enum TwoSample {
    /// Energy distance `2 E|X-Y| - E|X-X'| - E|Y-Y'|` as a V-statistic: means over all pairs, a point with itself too.
    package static func energy(_ x: Matrix, _ y: Matrix) -> Double? {
        guard x.columns == y.columns, x.rows > 0, y.rows > 0 else { return nil }
        let distance = { (x: Matrix, y: Matrix) in
            Self.mean(x, y, leavingOutSame: false) { $0.squareRoot() }
        }
        return 2 * distance(x, y) - distance(x, x) - distance(y, y)
    }

    /// Squared maximum mean discrepancy with kernel `exp(-|x-y|² / (2 sigmaSquared))`; unbiased within each side. Needs
    /// 2 rows of each.
    package static func meanDiscrepancy(_ x: Matrix, _ y: Matrix, sigmaSquared: Double) -> Double? {
        guard x.columns == y.columns, x.rows > 1, y.rows > 1, sigmaSquared > 0 else { return nil }
        let kernel = { (x: Matrix, y: Matrix, same: Bool) in
            Self.mean(x, y, leavingOutSame: same) { exp(-$0 / (2 * sigmaSquared)) }
        }
        return kernel(x, x, true) + kernel(y, y, true) - 2 * kernel(x, y, false)
    }

    /// Half the median squared distance between different points of both sides together, the usual `sigmaSquared`.
    package static func medianBandwidth(_ x: Matrix, _ y: Matrix) -> Double? {
        guard x.columns == y.columns, x.rows + y.rows > 1 else { return nil }
        var distances: [Double] = []
        for first in 0..<x.rows {
            for second in (first + 1)..<max(first + 1, x.rows) { distances.append(x.squaredDistance(first, x, second)) }
            for second in 0..<y.rows { distances.append(x.squaredDistance(first, y, second)) }
        }
        for first in 0..<y.rows {
            for second in (first + 1)..<max(first + 1, y.rows) { distances.append(y.squaredDistance(first, y, second)) }
        }
        distances.sort()
        return Quantiles.linear(distances, 0.5).map { $0 / 2 }
    }

    private static func mean(
        _ x: Matrix,
        _ y: Matrix,
        leavingOutSame: Bool,
        _ term: (Double) -> Double
    ) -> Double {
        var sum = 0.0
        for first in 0..<x.rows {
            for second in 0..<y.rows where !(leavingOutSame && first == second) {
                sum += term(x.squaredDistance(first, y, second))
            }
        }
        return sum / Double(leavingOutSame ? x.rows * (x.rows - 1) : x.rows * y.rows)
    }
}
