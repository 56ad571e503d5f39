/// Quantiles of a list of numbers.
package enum Quantiles {
    /// The `quantile`-th quantile of ascending `sorted` values by linear interpolation (numpy's default, type 7); nil
    /// for an empty list.
    package static func linear(_ sorted: [Double], _ quantile: Double) -> Double? {
        guard let last = sorted.last else { return nil }
        let place = Double(sorted.count - 1) * min(1, max(0, quantile))
        let index = Int(place)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
    }

    /// Third quartile minus first of ascending values; 0 for an empty list.
    package static func interquartileRange(_ sorted: [Double]) -> Double {
        guard let upper = Self.linear(sorted, 0.75), let lower = Self.linear(sorted, 0.25) else { return 0 }
        return upper - lower
    }
}
