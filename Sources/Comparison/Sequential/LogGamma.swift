import Glibc

/// Logarithms of the gamma and beta functions and what is made of them, without the cancellation that large arguments bring.
enum LogGamma {
    /// From here on Stirling's series with seven terms is exact to the last bit.
    private static let large = 10.0
    static let halfLogOfTwoPi = 0.918938533204672741780329736405617640

    /// ln Γ(x) for x > 0.
    static func gamma(_ x: Double) -> Double {
        if x >= Self.large { return (x - 0.5) * log(x) - x + Self.halfLogOfTwoPi + Self.remainder(x) }
        var (shifted, product) = (x, 1.0)
        while shifted < Self.large {
            product *= shifted
            shifted += 1
        }
        return Self.gamma(shifted) - log(product)
    }

    /// ln Γ(x) less Stirling's formula, for x > 0.
    static func remainder(_ x: Double) -> Double {
        guard x >= Self.large else { return Self.gamma(x) - ((x - 0.5) * log(x) - x + Self.halfLogOfTwoPi) }
        let inverse = 1 / (x * x)
        var sum = inverse / 156 - 691.0 / 360_360
        sum = sum * inverse + 1.0 / 1188
        sum = sum * inverse - 1.0 / 1680
        sum = sum * inverse + 1.0 / 1260
        sum = sum * inverse - 1.0 / 360
        return (sum * inverse + 1.0 / 12) / x
    }

    /// ln B(a, b) for a, b > 0.
    static func beta(_ a: Double, _ b: Double) -> Double {
        let (small, large) = (min(a, b), max(a, b))
        let sum = small + large
        guard large >= Self.large else { return Self.gamma(small) + Self.gamma(large) - Self.gamma(sum) }
        let rest = (large - 0.5) * log1p(-small / sum) + Self.remainder(large) - Self.remainder(sum)
        guard small >= Self.large else { return Self.gamma(small) + small - small * log(sum) + rest }
        return Self.halfLogOfTwoPi + Self.remainder(small) + (small - 0.5) * log(small / sum) - 0.5 * log(sum) + rest
    }

    /// count · ln(chance), 0 when there is nothing to count.
    static func times(_ count: Double, log logarithm: @autoclosure () -> Double) -> Double {
        count == 0 ? 0 : count * logarithm()
    }
}

/// Counts of two outcomes under all chances, weighted by a beta distribution: what a bet on them makes of 1 when it is laid
/// against one chance.
struct BetaMixture: Sendable, Equatable {
    let successes: Double
    let failures: Double

    static let uniform = BetaMixture(successes: 1, failures: 1)

    /// ln of the e-value of such counts, which may be fractions, against `chance`, within 0...1.
    func log(successes: Double, failures: Double, chance: Double) -> Double {
        LogGamma.beta(self.successes + successes, self.failures + failures)
            - LogGamma.beta(self.successes, self.failures)
            - LogGamma.times(successes, log: Glibc.log(chance)) - LogGamma.times(failures, log: log1p(-chance))
    }
}

enum Bisection {
    /// Where an increasing truth begins, between `low`, where it is false, and `high`, where it is true: two neighbouring
    /// doubles with the border between them, or as near as 200 steps come.
    static func border(_ low: Double, _ high: Double, _ isBeyond: (Double) -> Bool) -> (below: Double, above: Double) {
        var (low, high) = (low, high)
        for _ in 0..<200 {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { break }
            if isBeyond(middle) { high = middle } else { low = middle }
        }
        return (low, high)
    }
}
