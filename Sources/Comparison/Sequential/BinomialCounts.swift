import Glibc

/// How many of a number of trials succeed, by chance. Counts are whole numbers in doubles.
struct BinomialCounts {
    /// Above this variance the normal distribution is as good, and sums of single chances would take long.
    private static let largeVariance = 0x1p32

    let trials: Double
    let chance: Double

    init(trials: UInt64, chance: Double) {
        // Beyond 2^53 a double cannot count.
        self.trials = min(Double(trials), 0x1p53)
        self.chance = chance.isNaN ? 0.5 : min(1, max(0, chance))
    }

    var mean: Double { self.trials * self.chance }
    private var variance: Double { self.mean * (1 - self.chance) }

    /// ln of the chance of exactly this count, by Loader's saddle-point expansion: exact for large numbers too.
    func log(_ count: Double) -> Double {
        let rest = self.trials - count
        guard count > 0 else { return LogGamma.times(self.trials, log: log1p(-self.chance)) }
        guard rest > 0 else { return LogGamma.times(self.trials, log: Glibc.log(self.chance)) }
        guard self.chance > 0, self.chance < 1 else { return -.infinity }
        let remainders =
            LogGamma.remainder(self.trials) - LogGamma.remainder(count) - LogGamma.remainder(rest)
        let deviances =
            Self.deviance(count, self.mean) + Self.deviance(rest, self.trials * (1 - self.chance))
        let width = 0.5 * Glibc.log(self.trials / count / rest) - LogGamma.halfLogOfTwoPi
        return remainders - deviances + width
    }

    func atLeast(_ count: Double) -> Double {
        guard count > 0 else { return 1 }
        guard count > self.mean else { return 1 - self.atMost(count - 1) }
        guard self.variance < Self.largeVariance else { return self.normalTail(count - 0.5 - self.mean) }
        let odds = self.chance / (1 - self.chance)
        return self.tail(count, steps: self.trials - count) {
            (self.trials - $0) / ($0 + 1) * odds
        } next: {
            $0 + 1
        }
    }

    func atMost(_ count: Double) -> Double {
        guard count < self.trials else { return 1 }
        guard count < self.mean else { return 1 - self.atLeast(count + 1) }
        guard self.variance < Self.largeVariance else { return self.normalTail(self.mean - count - 0.5) }
        let odds = (1 - self.chance) / self.chance
        return self.tail(count, steps: count) {
            $0 / (self.trials - $0 + 1) * odds
        } next: {
            $0 - 1
        }
    }

    /// Sum of the chances from `count` on, away from the mean: they fall at least as fast as a normal distribution's.
    private func tail(
        _ count: Double,
        steps: Double,
        ratio: (Double) -> Double,
        next: (Double) -> Double
    ) -> Double {
        var (place, term, sum, left) = (count, 1.0, 1.0, steps)
        while left > 0, term > sum * 1e-17 {
            term *= ratio(place)
            sum += term
            place = next(place)
            left -= 1
        }
        return min(1, exp(self.log(count)) * sum)
    }

    private func normalTail(_ distance: Double) -> Double { erfc(distance / (2 * self.variance).squareRoot()) / 2 }

    /// x ln(x / mean) + mean - x, without cancellation where both are near each other.
    private static func deviance(_ x: Double, _ mean: Double) -> Double {
        let difference = x - mean
        guard abs(difference) < 0.1 * (x + mean) else { return x * Glibc.log(x / mean) + mean - x }
        let ratio = difference / (x + mean)
        var (sum, term) = (difference * ratio, 2 * x * ratio)
        for place in 1..<1_000 {
            term *= ratio * ratio
            let next = sum + term / Double(2 * place + 1)
            guard next != sum else { break }
            sum = next
        }
        return sum
    }
}
