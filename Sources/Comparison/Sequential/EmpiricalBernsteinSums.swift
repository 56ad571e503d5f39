import Glibc

/// The weighted sums behind an empirical-Bernstein confidence sequence: weights known before each value, and a penalty for
/// how far the values lie from what was expected (Waudby-Smith & Ramdas, 2010.09686, Theorem 2).
package struct EmpiricalBernsteinSums: Sendable, Equatable {
    private static let largestWeight = 0.5

    /// ln(1 / alpha) of the one-sided bound for which the weights are best; bounds at other alphas are valid too.
    private let threshold: Double
    private var weights: Double = 0
    private var weighted: Double = 0
    private var penalty: Double = 0

    /// - Parameter tuning: alpha of the one-sided bound that shall be narrow.
    package init(tuning: Double) {
        self.threshold = -log(tuning > 0 && tuning < 1 ? tuning : 0.05)
    }

    /// - Parameter known: of all values before this one.
    mutating func add(_ value: Double, knowing known: PlugInMoments) {
        let weight = min(Self.largestWeight, BettingCapital.plugIn(threshold: self.threshold, knowing: known))
        let deviation = value - known.mean
        self.weights += weight
        self.weighted += weight * value
        self.penalty -= deviation * deviation * (log1p(-weight) + weight)
    }

    /// Holds at all times with chance `1 - alpha`; 1 while nothing is known.
    package func upper(alpha: Double) -> Double {
        guard let radius = self.radius(alpha) else { return 1 }
        return min(1, self.weighted / self.weights + radius)
    }

    /// Holds at all times with chance `1 - alpha`; 0 while nothing is known.
    package func lower(alpha: Double) -> Double {
        guard let radius = self.radius(alpha) else { return 0 }
        return max(0, self.weighted / self.weights - radius)
    }

    private func radius(_ alpha: Double) -> Double? {
        guard alpha > 0, alpha < 1, self.weights > 0 else { return nil }
        return (self.penalty - log(alpha)) / self.weights
    }
}

extension EmpiricalBernsteinSums: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.threshold)
        writer.write(self.weights)
        writer.write(self.weighted)
        writer.write(self.penalty)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.threshold = try reader.readFinite()
        self.weights = try reader.readFinite()
        self.weighted = try reader.readFinite()
        self.penalty = try reader.readFinite()
        guard self.threshold > 0, self.weights >= 0, (0...self.weights).contains(self.weighted), self.penalty >= 0
        else {
            throw reader.damage("weights that cannot be")
        }
    }
}
