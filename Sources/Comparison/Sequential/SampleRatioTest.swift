import Glibc

/// Sequential test that things fall into categories in the proportions they should: a Dirichlet mixture around them (Lindon &
/// Malek, 2011.03567). Something was lost or sampled unfairly when `evidence.p` is very small.
package struct SampleRatioTest: Sendable, Equatable {
    private static let concentration = 100.0
    private static let mostCategories = 1_024
    /// Beyond 2^53 a double cannot count.
    private static let most: UInt64 = 1 << 53

    /// Sum to 1.
    package let proportions: [Double]
    package private(set) var counts: [UInt64]
    package private(set) var evidence = EProcess()

    /// Nil unless there are at least two proportions, all of them positive; they need not sum to 1.
    package init?(proportions: [Double]) {
        let sum = proportions.reduce(0, +)
        guard (2...Self.mostCategories).contains(proportions.count), sum.isFinite else { return nil }
        let shares = proportions.map { $0 / sum }
        guard proportions.allSatisfy({ $0 > 0 }), shares.allSatisfy({ $0 > 0 }) else { return nil }
        self.proportions = shares
        self.counts = Array(repeating: 0, count: shares.count)
    }

    /// A category that does not exist is left out.
    package mutating func add(_ category: Int, count: UInt64 = 1) {
        guard self.counts.indices.contains(category) else { return }
        self.counts[category] = Self.sum(self.counts[category], count)
        self.look()
    }

    /// Takes counters as they are now instead of the things one by one; looking seldom is as valid as looking always.
    /// Counters of another number of categories are left out.
    package mutating func observe(_ counts: [UInt64]) {
        guard counts.count == self.counts.count else { return }
        self.counts = counts.map { min($0, Self.most) }
        self.look()
    }

    private mutating func look() {
        // The multivariate beta function as a product of beta functions: each category against all after it together.
        var (log, priorAfter, countAfter) = (0.0, 0.0, 0.0)
        for (count, proportion) in zip(self.counts, self.proportions).reversed() {
            let (count, prior) = (Double(count), Self.concentration * proportion)
            if priorAfter > 0 {
                log += LogGamma.beta(prior + count, priorAfter + countAfter) - LogGamma.beta(prior, priorAfter)
            }
            log -= LogGamma.times(count, log: Glibc.log(proportion))
            priorAfter += prior
            countAfter += count
        }
        self.evidence.become(log)
    }

    private static func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? Self.most : min(sum, Self.most)
    }
}

extension SampleRatioTest: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.counts.count))
        for (proportion, count) in zip(self.proportions, self.counts) {
            writer.write(proportion)
            writer.write(count)
        }
        self.evidence.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        var (proportions, counts): ([Double], [UInt64]) = ([], [])
        for _ in 0..<(try reader.readCount(atMost: Self.mostCategories)) {
            proportions.append(try reader.readFinite())
            counts.append(try reader.readUnsigned())
        }
        // Not made to sum to 1 again, which would change the last bits.
        let isFair = proportions.allSatisfy { $0 > 0 } && abs(proportions.reduce(-1, +)) < 1e-9
        guard proportions.count > 1, isFair, counts.allSatisfy({ $0 <= Self.most }) else {
            throw reader.damage("proportions or counts that cannot be")
        }
        self.proportions = proportions
        self.counts = counts
        self.evidence = try EProcess(from: &reader)
    }
}
