import Glibc

/// The capital of a bet against a hypothesis, kept as its logarithm, and the most it ever was. While the hypothesis
/// holds, the chance that the capital ever reaches `1 / alpha` is at most `alpha`, however often one looks.
package struct EProcess: Sendable, Equatable {
    package private(set) var log: Double = 0
    /// At least 0: the capital starts at 1.
    package private(set) var peakLog: Double = 0

    package init() {}

    /// What the bet has made of 1; infinite beyond the range of a double.
    package var value: Double { exp(self.log) }
    package var peak: Double { exp(self.peakLog) }
    /// Valid at any time.
    package var p: Double { exp(-self.peakLog) }

    /// Whether the capital has ever reached `1 / alpha`.
    package func rejects(alpha: Double) -> Bool { alpha > 0 && self.peakLog >= -Glibc.log(alpha) }

    /// - Parameter factor: greater than 0.
    mutating func multiply(by factor: Double) { self.become(self.log + Glibc.log(factor)) }

    mutating func become(_ log: Double) {
        self.log = log
        self.peakLog = max(self.peakLog, log)
    }
}

extension EProcess: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.log)
        writer.write(self.peakLog)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.log = try reader.readFinite()
        self.peakLog = try reader.readFinite()
        guard self.peakLog >= max(0, self.log) else { throw reader.damage("a capital above the most it ever was") }
    }
}
