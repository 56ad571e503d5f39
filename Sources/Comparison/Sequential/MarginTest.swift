import Glibc

/// Whether the mean of differences in -1...1, candidate's loss less the live one's, stays below a margin: one bet that it
/// does, one that it does not, and bounds to show, all of which may be looked at after every difference.
package struct MarginTest: Sendable, Equatable {
    package let margin: Double
    /// Against "the mean is at least the margin": the candidate passes.
    package private(set) var pass: BettingCapital
    /// Against "the mean is at most the margin": the candidate fails.
    package private(set) var fail: BettingCapital
    /// Against "the mean is at most minus the margin"; only when both sides have to be equivalent.
    package private(set) var notBelow: BettingCapital?
    private var known = PlugInMoments()
    private var sums: EmpiricalBernsteinSums
    private var squares: Double = 0

    /// - Parameters:
    ///   - margin: Outside of -1...1 counts as the nearest end, no number as -1, which nothing passes.
    ///   - isEquivalence: Whether it passes only when the mean is above minus the margin too.
    ///   - tuning: alpha of the one-sided bound that shall be narrow.
    package init(margin: Double, isEquivalence: Bool = false, tuning: Double = 0.05) {
        let margin = min(1, max(-1, margin.isNaN ? -1 : margin))
        self.margin = margin
        self.pass = BettingCapital(margin: Self.share(margin), alternative: .less)
        self.fail = BettingCapital(margin: Self.share(margin), alternative: .greater)
        self.notBelow = isEquivalence ? BettingCapital(margin: Self.share(-margin), alternative: .greater) : nil
        self.sums = EmpiricalBernsteinSums(tuning: tuning)
    }

    package var count: UInt64 { self.known.count }
    /// 0 when there is nothing.
    package var mean: Double { self.count == 0 ? 0 : 2 * (self.known.sum / Double(self.count)) - 1 }
    /// Unbiased; 0 for fewer than two differences.
    package var variance: Double {
        let count = Double(self.count)
        return self.count < 2 ? 0 : max(0, (self.squares - count * self.mean * self.mean) / (count - 1))
    }

    /// e-value now against what would forbid to pass; of two such hypotheses against the better supported one.
    package var passE: Double { min(self.pass.evidence.value, self.notBelow?.evidence.value ?? .infinity) }
    /// e-value now against "the mean is at most the margin".
    package var failE: Double { self.fail.evidence.value }

    /// Outside of -1...1 counts as the nearest end; no number counts as 1, a full loss.
    package mutating func add(_ difference: Double) {
        let value = Self.share(difference).clampedLoss
        self.pass.bet(on: value, knowing: self.known)
        self.fail.bet(on: value, knowing: self.known)
        self.notBelow?.bet(on: value, knowing: self.known)
        self.sums.add(value, knowing: self.known)
        self.known.add(value)
        self.squares += (2 * value - 1) * (2 * value - 1)
    }

    /// Both hold at all times with chance `1 - alpha`.
    package func bounds(alpha: Double) -> (lower: Double, upper: Double) {
        (self.lower(alpha: alpha / 2), self.upper(alpha: alpha / 2))
    }

    /// Alone holds at all times with chance `1 - alpha`.
    package func lower(alpha: Double) -> Double { 2 * self.sums.lower(alpha: alpha) - 1 }
    /// Alone holds at all times with chance `1 - alpha`.
    package func upper(alpha: Double) -> Double { 2 * self.sums.upper(alpha: alpha) - 1 }

    private static func share(_ difference: Double) -> Double { (difference + 1) / 2 }
}

extension MarginTest {
    /// How many differences in all bring the upper bound below the margin, when the mean stays and the bound narrows with the
    /// root of their number; nil when the mean is not below the margin. Careful: the bet is mostly decided sooner.
    package func needed(alpha: Double) -> UInt64? {
        let distance = self.margin - self.mean
        guard self.count > 0, distance > 0 else { return nil }
        let ratio = (self.upper(alpha: alpha) - self.mean) / distance
        return UInt64(exactly: (Double(self.count) * ratio * ratio).rounded(.up))
    }

    /// How many differences in all let the bet that it passes reach `1 / alpha`, when mean and variance stay as they are; nil
    /// when the mean is not below the margin.
    package func expected(alpha: Double) -> UInt64? {
        guard self.count > 0, alpha > 0, alpha < 1 else { return nil }
        var left = self.pass.stepsLeft(alpha: alpha, knowing: self.known)
        if let notBelow = self.notBelow, let most = left {
            left = notBelow.stepsLeft(alpha: alpha, knowing: self.known).map { max(most, $0) }
        }
        return left.flatMap { UInt64(exactly: (Double(self.count) + $0).rounded(.up)) }
    }
}

extension MarginTest: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.margin)
        writer.write(self.notBelow != nil)
        for capital in [self.pass, self.fail, self.notBelow] { capital?.evidence.encode(into: &writer) }
        self.known.encode(into: &writer)
        self.sums.encode(into: &writer)
        writer.write(self.squares)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        let margin = try reader.readFinite()
        self.init(margin: margin, isEquivalence: try reader.readFlag())
        guard self.margin == margin else { throw reader.damage("a margin outside of -1...1") }
        self.pass.evidence = try EProcess(from: &reader)
        self.fail.evidence = try EProcess(from: &reader)
        if self.notBelow != nil { self.notBelow?.evidence = try EProcess(from: &reader) }
        self.known = try PlugInMoments(from: &reader)
        self.sums = try EmpiricalBernsteinSums(from: &reader)
        self.squares = try reader.readFinite()
        guard (0...Double(self.count)).contains(self.squares) else { throw reader.damage("squares above 1") }
    }
}
