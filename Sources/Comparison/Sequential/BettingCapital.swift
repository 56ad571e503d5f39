import Glibc

/// Bets, value by value, that the mean of values in 0...1 lies on one side of a margin: `K *= 1 + l (x - m)`, where
/// `l` is known before `x` is, so that K is an e-process against the other side (Waudby-Smith & Ramdas, 2010.09686).
package struct BettingCapital: Sendable, Equatable {
    /// What is shown when the capital grows; the hypothesis that is rejected is its opposite, margin included.
    package enum Alternative: UInt64, Sendable {
        case less = 0
        case greater = 1
    }

    /// How much is bet. Any choice is valid, this one only decides how fast the capital grows.
    package enum Bet: Sendable, Equatable {
        /// Approximately what makes the capital grow fastest, were the mean and variance so far the true ones (aGRAPA).
        case growth
        /// What makes a confidence sequence at this error rate narrow (predictable plug-in).
        case plugIn(alpha: Double)
    }

    /// A bet never risks more than this part of the capital.
    private static let risk = 0.5
    /// A margin nearer to the end that would make the hypothesis impossible is moved here, which only weakens the bet.
    private static let nearest = 0x1p-20

    package let alternative: Alternative
    package let bet: Bet
    package let margin: Double
    package internal(set) var evidence = EProcess()

    /// A margin that is no number is never decided.
    package init(margin: Double, alternative: Alternative, bet: Bet = .growth) {
        self.alternative = alternative
        self.bet =
            switch bet {
            case .growth: .growth
            case .plugIn(let alpha): .plugIn(alpha: alpha > 0 && alpha < 1 ? alpha : 0.05)
            }
        self.margin =
            switch alternative {
            case .less: min(1 - Self.nearest, max(0, margin.isNaN ? 0 : margin))
            case .greater: max(Self.nearest, min(1, margin.isNaN ? 1 : margin))
            }
    }

    /// - Parameter known: of all values before this one.
    mutating func bet(on value: Double, knowing known: PlugInMoments) {
        let gain = self.isLess ? self.margin - value : value - self.margin
        self.evidence.multiply(by: 1 + self.part(knowing: known) * gain)
    }

    /// How many more values let the capital reach `1 / alpha`, were their mean and variance those so far; nil when it would
    /// not grow.
    func stepsLeft(alpha: Double, knowing known: PlugInMoments) -> Double? {
        let part = self.part(knowing: known)
        let gap = self.gap(known)
        let growth = part * gap - part * part * (known.variance + gap * gap) / 2
        return growth > 0 ? max(0, -log(alpha) - self.evidence.log) / growth : nil
    }

    private var isLess: Bool { self.alternative == .less }

    private func gap(_ known: PlugInMoments) -> Double {
        self.isLess ? self.margin - known.mean : known.mean - self.margin
    }

    /// Of the capital, per unit that is won or lost.
    private func part(knowing known: PlugInMoments) -> Double {
        let limit = Self.risk / (self.isLess ? 1 - self.margin : self.margin)
        switch self.bet {
        case .growth:
            let gap = self.gap(known)
            return min(limit, max(0, gap / (known.variance + gap * gap)))
        case .plugIn(let alpha):
            return min(limit, Self.plugIn(threshold: log(2 / alpha), knowing: known))
        }
    }

    /// The bet that keeps a confidence sequence narrow whose one side fails with chance `exp(-threshold)`.
    static func plugIn(threshold: Double, knowing known: PlugInMoments) -> Double {
        let place = Double(known.count) + 1
        return (2 * threshold / (known.variance * place * log(1 + place))).squareRoot()
    }
}

extension BettingCapital: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.alternative.rawValue)
        writer.write(self.margin)
        switch self.bet {
        case .growth:
            writer.write(false)
        case .plugIn(let alpha):
            writer.write(true)
            writer.write(alpha)
        }
        self.evidence.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        guard let alternative = Alternative(rawValue: try reader.readUnsigned()) else {
            throw reader.damage("no side of a margin")
        }
        let margin = try reader.readFinite()
        let bet: Bet = try reader.readFlag() ? .plugIn(alpha: try reader.readFinite()) : .growth
        self.init(margin: margin, alternative: alternative, bet: bet)
        guard self.margin == margin, self.bet == bet else { throw reader.damage("a margin or bet that cannot be") }
        self.evidence = try EProcess(from: &reader)
    }
}
