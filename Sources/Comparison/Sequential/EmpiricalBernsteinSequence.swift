/// Confidence sequence for the mean of values in 0...1: bounds that hold at all times together, and adapt to the variance.
package struct EmpiricalBernsteinSequence: Sendable, Equatable {
    private var known = PlugInMoments()
    private var sums: EmpiricalBernsteinSums

    /// - Parameter tuning: alpha of the one-sided bound that shall be narrow; of two-sided bounds half their alpha.
    package init(tuning: Double = 0.05) { self.sums = EmpiricalBernsteinSums(tuning: tuning) }

    package var count: UInt64 { self.known.count }
    /// Nil when there is nothing.
    package var mean: Double? { self.count == 0 ? nil : self.known.sum / Double(self.count) }

    /// Outside of 0...1 counts as the nearest end; no number counts as 1, a full loss.
    package mutating func add(_ value: Double) {
        let value = value.clampedLoss
        self.sums.add(value, knowing: self.known)
        self.known.add(value)
    }

    /// Both hold at all times with chance `1 - alpha`.
    package func bounds(alpha: Double) -> (lower: Double, upper: Double) {
        (self.lower(alpha: alpha / 2), self.upper(alpha: alpha / 2))
    }

    /// Alone holds at all times with chance `1 - alpha`.
    package func lower(alpha: Double) -> Double { self.sums.lower(alpha: alpha) }
    /// Alone holds at all times with chance `1 - alpha`.
    package func upper(alpha: Double) -> Double { self.sums.upper(alpha: alpha) }
}

extension EmpiricalBernsteinSequence: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        self.known.encode(into: &writer)
        self.sums.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.known = try PlugInMoments(from: &reader)
        self.sums = try EmpiricalBernsteinSums(from: &reader)
    }
}
