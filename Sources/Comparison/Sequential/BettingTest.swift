/// Sequential test of the mean of values in 0...1 against a margin: an e-process that may be looked at after every value.
/// The values need not be independent: what is tested is that each one's mean, given all before it, keeps to the margin.
package struct BettingTest: Sendable, Equatable {
    private var known = PlugInMoments()
    package private(set) var capital: BettingCapital

    /// - Parameters:
    ///   - margin: A margin that is no number is never decided.
    ///   - alternative: `.less` rejects "mean >= margin", `.greater` rejects "mean <= margin".
    package init(
        margin: Double,
        alternative: BettingCapital.Alternative,
        bet: BettingCapital.Bet = .growth
    ) {
        self.capital = BettingCapital(margin: margin, alternative: alternative, bet: bet)
    }

    package var count: UInt64 { self.known.count }
    package var evidence: EProcess { self.capital.evidence }

    /// Outside of 0...1 counts as the nearest end; no number counts as 1, a full loss.
    package mutating func add(_ value: Double) {
        let value = value.clampedLoss
        self.capital.bet(on: value, knowing: self.known)
        self.known.add(value)
    }
}

extension BettingTest: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        self.known.encode(into: &writer)
        self.capital.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.known = try PlugInMoments(from: &reader)
        self.capital = try BettingCapital(from: &reader)
    }
}
