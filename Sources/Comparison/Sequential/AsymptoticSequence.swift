import Glibc

/// Confidence sequence for the mean of values without known bounds, such as logarithms of times: as if they were normal, so
/// it says nothing before 200 values (Waudby-Smith et al., 2103.06476).
package struct AsymptoticSequence: Sendable, Equatable {
    private static let fewest: UInt64 = 200

    /// How many values there are expected to be when it is decided: there the bounds are narrowest.
    package let expected: Double
    private var moments = RunningMoments()

    /// - Parameter expected: anything that is no positive number counts as the usual one.
    package init(expected: Double = 5_000) {
        self.expected = expected > 0 && expected.isFinite ? expected : 5_000
    }

    package var count: UInt64 { self.moments.count }
    package var mean: Double { self.moments.mean }
    package var deviation: Double { self.moments.deviation }

    /// NaN, infinity and what is too large to be averaged are left out.
    package mutating func add(_ value: Double) { self.moments.add(value) }

    /// Both hold at all times with chance `1 - alpha`.
    package func bounds(alpha: Double) -> (lower: Double, upper: Double) {
        let width = self.halfWidth { Self.halfWidth(count: $0, alpha: alpha, expected: self.expected) }
        return (self.mean - width, self.mean + width)
    }

    /// Alone holds at all times with chance `1 - alpha`.
    package func lower(alpha: Double) -> Double { self.mean - self.oneSided(alpha) }
    /// Alone holds at all times with chance `1 - alpha`.
    package func upper(alpha: Double) -> Double { self.mean + self.oneSided(alpha) }

    /// Of both bounds together, for a standard deviation of 1; infinite where nothing can be said.
    package static func halfWidth(count: Double, alpha: Double, expected: Double) -> Double {
        guard count > 0, alpha > 0, alpha < 1, expected > 0 else { return .infinity }
        let precision = Self.precision(alpha, expected)
        let spread = count * precision + 1
        return (2 * spread / (count * count * precision) * log(spread.squareRoot() / alpha)).squareRoot()
    }

    /// Of one bound alone, for a standard deviation of 1; infinite where nothing can be said.
    package static func oneSidedHalfWidth(count: Double, alpha: Double, expected: Double) -> Double {
        guard count > 0, alpha > 0, alpha < 1, expected > 0 else { return .infinity }
        // Any precision is valid; for the best one twice alpha must stay a probability.
        let precision = Self.precision(min(2 * alpha, 0.5), expected)
        let spread = count * precision + 1
        return (2 * spread / (count * count * precision) * log1p(spread.squareRoot() / (2 * alpha))).squareRoot()
    }

    /// Squared rho of the mixture.
    private static func precision(_ alpha: Double, _ expected: Double) -> Double {
        let threshold = -2 * log(alpha)
        return (threshold + log1p(threshold)) / expected
    }

    private func oneSided(_ alpha: Double) -> Double {
        self.halfWidth { Self.oneSidedHalfWidth(count: $0, alpha: alpha, expected: self.expected) }
    }

    private func halfWidth(_ ofOne: (Double) -> Double) -> Double {
        guard self.count >= Self.fewest else { return .infinity }
        let width = ofOne(Double(self.count))
        return width.isFinite ? width * self.deviation : .infinity
    }
}

extension AsymptoticSequence: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.expected)
        self.moments.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.expected = try reader.readFinite()
        self.moments = try RunningMoments(from: &reader)
        guard self.expected > 0 else { throw reader.damage("no number of expected values") }
    }
}
