import Glibc

/// Distances between two distributions over the same classes, given as equally long lists of shares. Where the lengths
/// differ the shorter list is taken to end in zeros. Functions of scipy are named where there is one.
package enum Distributions {
    /// Half the sum of absolute differences; 0...1 for distributions. Linear, no allocation.
    package static func totalVariation(_ p: [Double], _ q: [Double]) -> Double {
        Self.sum(p, q) { abs($0 - $1) } / 2
    }

    /// Euclidean distance of the square roots over √2; 0...1 for distributions. Negative shares count as 0.
    package static func hellinger(_ p: [Double], _ q: [Double]) -> Double {
        let squares = Self.sum(p, q) { p, q in
            let difference = max(0, p).squareRoot() - max(0, q).squareRoot()
            return difference * difference
        }
        return (squares / 2).squareRoot()
    }

    /// Jensen-Shannon divergence in nats, 0...ln 2, of the two lists scaled to sum 1 (as `scipy.spatial.distance.
    /// jensenshannon` does before it takes the root). Negative shares count as 0; 0 when a list sums to 0.
    package static func jensenShannon(_ p: [Double], _ q: [Double]) -> Double {
        let totals = (Self.sum(p, []) { p, _ in max(0, p) }, Self.sum(q, []) { q, _ in max(0, q) })
        guard totals.0 > 0, totals.1 > 0 else { return 0 }
        let twice = Self.sum(p, q) { p, q in
            let p = max(0, p) / totals.0
            let q = max(0, q) / totals.1
            let middle = (p + q) / 2
            return Self.relativeEntropy(p, middle) + Self.relativeEntropy(q, middle)
        }
        return max(0, twice / 2)
    }

    /// Root of the Jensen-Shannon divergence in bits; 0...1.
    package static func jensenShannonDistance(_ p: [Double], _ q: [Double]) -> Double {
        (Self.jensenShannon(p, q) / log(2)).squareRoot()
    }

    /// Kullback-Leibler divergence of `p` from `q` in nats, with shares below `floor` raised to it, so that it stays
    /// finite. Not bounded: for display.
    package static func kullbackLeibler(_ p: [Double], _ q: [Double], floor: Double = 1e-6) -> Double {
        Self.sum(p, q) { Self.relativeEntropy(max($0, floor), max($1, floor)) }
    }

    /// Population stability index, `sum (q - p) ln(q / p)`, with empty bins counted as a share of `floor`.
    package static func populationStability(_ p: [Double], _ q: [Double], floor: Double = 1e-4) -> Double {
        Self.sum(p, q) { p, q in
            let p = p > 0 ? p : floor
            let q = q > 0 ? q : floor
            return (q - p) * log(q / p)
        }
    }

    /// Wasserstein-1 distance for ordered classes one apart (`scipy.stats.wasserstein_distance` on the ranks).
    package static func wasserstein(_ p: [Double], _ q: [Double]) -> Double {
        var lead = 0.0
        return Self.sum(p, q) { p, q in
            lead += p - q
            return abs(lead)
        }
    }

    private static func relativeEntropy(_ p: Double, _ q: Double) -> Double {
        p > 0 && q > 0 ? p * log(p / q) : 0
    }

    @inline(__always)
    private static func sum(_ p: [Double], _ q: [Double], _ term: (Double, Double) -> Double) -> Double {
        let common = min(p.count, q.count)
        var sum = 0.0
        for index in 0..<common { sum += term(p[index], q[index]) }
        for index in common..<max(common, p.count) { sum += term(p[index], 0) }
        for index in common..<max(common, q.count) { sum += term(0, q[index]) }
        return sum
    }
}
