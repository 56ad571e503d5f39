import Glibc

/// Does a distance exceed what noise explains by more than a margin? Every pair has a distance, some pairs have the noise
/// beside it (statistics B1). Noise is never negative, so evidence that the distance itself stays below the margin holds for
/// the excess too; both kinds of evidence are averaged, which keeps the guarantee whatever they have to do with each other.
package struct ExcessTest: Sendable, Equatable {
    /// Distance, over all pairs.
    package private(set) var distance: MarginTest
    /// Distance minus noise, over the pairs that have both.
    package private(set) var excess: MarginTest

    package init(margin: Double) {
        self.distance = MarginTest(margin: margin)
        self.excess = MarginTest(margin: margin)
    }

    /// - Parameters:
    ///   - distance: 0...1.
    ///   - noise: 0...1; nil when it was not measured.
    package mutating func add(_ distance: Double, noise: Double?) {
        self.distance.add(distance)
        if let noise { self.excess.add(distance - noise) }
    }

    /// Logarithm of the e-value against an excess of the margin or more.
    package var passEvidence: Double { logMean(self.distance.pass.evidence.log, self.excess.pass.evidence.log) }

    /// Logarithm of the e-value against an excess of the margin or less. Distances of pairs without noise count only while
    /// the live version is known to be deterministic: else noise might explain them.
    package func failEvidence(isDeterministic: Bool) -> Double {
        isDeterministic
            ? logMean(self.distance.fail.evidence.log, self.excess.fail.evidence.log) : self.excess.fail.evidence.log
    }

    /// What is shown: the distance when there is no noise, else the excess.
    package func shown(isDeterministic: Bool) -> MarginTest { isDeterministic ? self.distance : self.excess }
}

/// Logarithm of the mean of two numbers given by their logarithms.
private func logMean(_ one: Double, _ two: Double) -> Double {
    let (low, high) = one < two ? (one, two) : (two, one)
    return high + log1p(exp(low - high)) - log(2)
}

extension ExcessTest: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        self.distance.encode(into: &writer)
        self.excess.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.distance = try MarginTest(from: &reader)
        self.excess = try MarginTest(from: &reader)
    }
}
