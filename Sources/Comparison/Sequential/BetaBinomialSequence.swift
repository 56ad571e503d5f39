import Glibc

/// Confidence sequence for a rate: failures among trials, against a uniform mixture of all rates (Robbins). Both bounds
/// hold at all times together with chance `1 - alpha`.
package struct BetaBinomialSequence: Sendable, Equatable {
    /// Beyond 2^53 a double cannot count.
    private static let most: UInt64 = 1 << 53

    package private(set) var events: UInt64
    package private(set) var trials: UInt64

    /// More events than trials count as all.
    package init(events: UInt64 = 0, trials: UInt64 = 0) {
        self.trials = min(trials, Self.most)
        self.events = min(events, self.trials)
    }

    package mutating func add(_ isEvent: Bool) {
        guard self.trials < Self.most else { return }
        self.trials += 1
        if isEvent { self.events += 1 }
    }

    /// Nil when there is nothing.
    package var rate: Double? { self.trials == 0 ? nil : Double(self.events) / Double(self.trials) }

    /// The e-value, as its logarithm, against this very rate.
    package func logE(against rate: Double) -> Double {
        guard rate >= 0, rate <= 1 else { return rate.isNaN ? 0 : .infinity }
        return BetaMixture.uniform.log(
            successes: Double(self.events),
            failures: Double(self.trials - self.events),
            chance: rate
        )
    }

    package func bounds(alpha: Double) -> (lower: Double, upper: Double) {
        (self.lower(alpha: alpha), self.upper(alpha: alpha))
    }

    /// The smallest rate that is not rejected.
    package func lower(alpha: Double) -> Double {
        guard let rate = self.rate, self.events > 0, alpha > 0, alpha < 1 else { return 0 }
        return Bisection.border(0, rate) { self.logE(against: $0) < -log(alpha) }.below
    }

    /// The largest rate that is not rejected.
    package func upper(alpha: Double) -> Double {
        guard let rate = self.rate, self.events < self.trials, alpha > 0, alpha < 1 else { return 1 }
        return Bisection.border(rate, 1) { self.logE(against: $0) >= -log(alpha) }.above
    }
}

extension BetaBinomialSequence: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.events)
        writer.write(self.trials)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.events = try reader.readUnsigned()
        self.trials = try reader.readUnsigned()
        guard self.events <= self.trials, self.trials <= Self.most else { throw reader.damage("a rate above 1") }
    }
}
