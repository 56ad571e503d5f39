import Glibc

/// Bets on the mean of values in 0...1: nine gamblers each stake the same part of what they have on every value, one of
/// them nothing, and the mean of their capitals counts. An e-process, within a factor of 9 as good as the best of them;
/// other than one who learns the stake on the way it loses nothing while learning, which counts where there are some
/// tens of values (Waudby-Smith & Ramdas, 2010.09686). The order of the values does not matter.
package struct MeanBets {
    /// Of the most that can be staked without losing more than all.
    private static let stakes: [Double] = [0, 0x1p-6, 0x1p-5, 0x1p-4, 0x1p-3, 0x1p-2, 0.5, 0.75, 0.9375]

    private let values: [Double]
    private let mirrored: [Double]

    /// - Parameter values: in 0...1.
    package init(_ values: [Double]) {
        self.values = values
        self.mirrored = values.map { 1 - $0 }
    }

    package var count: Int { self.values.count }
    /// 0 for no values.
    package var mean: Double { self.values.reduce(0, +) / Double(max(1, self.values.count)) }

    /// Logarithm of the e-value against "the mean is at most this"; falls as `mean` grows, and is never below -ln 9.
    /// - Parameter mean: in 0...1.
    package func logE(above mean: Double) -> Double { Self.logE(self.values, above: mean) }

    /// Logarithm of the e-value against "the mean is at least this"; grows with `mean`, and is never below -ln 9.
    /// - Parameter mean: in 0...1.
    package func logE(below mean: Double) -> Double { Self.logE(self.mirrored, above: 1 - mean) }

    /// Alone holds at all times with chance `1 - alpha`.
    package func lower(alpha: Double) -> Double { Self.lower(self.values, alpha) }
    /// Alone holds at all times with chance `1 - alpha`.
    package func upper(alpha: Double) -> Double { 1 - Self.lower(self.mirrored, alpha) }

    private static func lower(_ values: [Double], _ alpha: Double) -> Double {
        var (below, above) = (0.0, 1.0)
        for _ in 0..<20 {
            let middle = (below + above) / 2
            if self.logE(values, above: middle) >= -log(alpha) { below = middle } else { above = middle }
        }
        return below
    }

    private static func logE(_ values: [Double], above mean: Double) -> Double {
        // No more than the mean can be lost; a mean of nothing at all would let any stake be taken.
        let scale = 1 / max(mean, 0x1p-40)
        let logs = self.stakes.map { self.logCapital(values, above: mean, stake: $0 * scale) }
        let largest = logs.max() ?? 0
        return largest + log(logs.reduce(0) { $0 + exp($1 - largest) } / Double(logs.count))
    }

    private static func logCapital(_ values: [Double], above mean: Double, stake: Double) -> Double {
        var (log, capital) = (0.0, 1.0)
        for value in values {
            capital *= 1 + stake * (value - mean)
            // A logarithm now and then is enough: one factor is between 1/16 and 2^41.
            guard !(1e-100...1e100).contains(capital) else { continue }
            log += Glibc.log(capital)
            capital = 1
        }
        return log + Glibc.log(capital)
    }
}
