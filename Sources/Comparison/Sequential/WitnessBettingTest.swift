import Glibc

/// Sequential test that two clouds of vectors, live and candidate answers to the same requests, differ in any way that a
/// witness learned on the way can see: it bets that it tells both sides of the next pair apart. While both sides of each
/// pair could as well be swapped, the capital is an e-process (Shekhar & Ramdas, 2112.09162).
package struct WitnessBettingTest: Sendable, Equatable {
    private static let mostStake = 0.5
    private static let stakePace: Double = 2 / (2 - log(3))
    /// A score this many times the usual one pays all.
    private static let scoresPerPayoff = 2.0
    /// How fast the usual score is forgotten: scores shrink while the witness learns.
    private static let leastPace = 0.02

    /// Pairs that were taken, those of equal vectors too.
    package private(set) var count: UInt64 = 0
    /// Pairs left out for a number that is not finite or far too large, or another number of dimensions than the first.
    package private(set) var skipped: UInt64 = 0
    package private(set) var evidence = EProcess()
    private var dimensions: UInt64 = 0
    private var witness = PairWitness(dimensions: 0)
    private var squaredScore = 0.0
    /// Part of the capital that is bet, and how sure that choice is (online Newton step).
    private var stake = 0.0
    private var curvature = 1.0

    package init() {}

    /// The first pair decides the number of dimensions.
    package mutating func add(live: [Double], candidate: [Double]) {
        if self.count == 0, !live.isEmpty {
            self.dimensions = UInt64(live.count)
            self.witness = PairWitness(dimensions: live.count)
        }
        guard live.count == candidate.count, UInt64(live.count) == self.dimensions, !live.isEmpty,
            let foldedLive = PairWitness.fold(live), let foldedCandidate = PairWitness.fold(candidate)
        else {
            self.skipped.countUp()
            return
        }
        self.count.countUp()
        // Nothing to tell apart and nothing to learn from.
        guard live != candidate else { return }
        self.bet(self.witness.scoreAndLearn(live: foldedLive, candidate: foldedCandidate))
    }

    private mutating func bet(_ score: Double) {
        let usual = self.squaredScore.squareRoot()
        let payoff = usual > 0 ? min(1, max(-1, score / (Self.scoresPerPayoff * usual))) : 0
        self.evidence.multiply(by: 1 + self.stake * payoff)

        let slope = -payoff / (1 + self.stake * payoff)
        self.curvature += slope * slope
        let stake = self.stake - Self.stakePace * slope / self.curvature
        self.stake = min(Self.mostStake, max(-Self.mostStake, stake))

        let pace = max(Self.leastPace, 1 / Double(self.witness.count))
        self.squaredScore += (score * score - self.squaredScore) * pace
    }
}

extension WitnessBettingTest: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.count)
        writer.write(self.skipped)
        writer.write(self.dimensions)
        self.evidence.encode(into: &writer)
        for value in [self.squaredScore, self.stake, self.curvature] { writer.write(value) }
        self.witness.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.count = try reader.readUnsigned()
        self.skipped = try reader.readUnsigned()
        self.dimensions = try reader.readUnsigned()
        self.evidence = try EProcess(from: &reader)
        self.squaredScore = try reader.readFinite()
        self.stake = try reader.readFinite()
        self.curvature = try reader.readFinite()
        self.witness = try PairWitness(from: &reader)
        let isBet = abs(self.stake) <= Self.mostStake && self.curvature >= 1 && (0..<1e9).contains(self.squaredScore)
        guard isBet, UInt64(self.witness.dimensions) == min(self.dimensions, UInt64(PairWitness.mostDimensions)) else {
            throw reader.damage("a bet that cannot be")
        }
    }
}
