/// Mean and variance of a stream by Welford's method: the same values in the same order give the same bits.
package struct RunningMoments: Sendable, Equatable {
    package private(set) var count: UInt64 = 0
    package private(set) var mean: Double = 0
    /// Sum of squared deviations from the mean.
    private var squares: Double = 0

    package init() {}

    /// NaN, infinity and what is too large to be averaged are left out.
    package mutating func add(_ value: Double) {
        var next = self
        next.count.countUp()
        let before = value - self.mean
        next.mean += before / Double(next.count)
        next.squares += before * (value - next.mean)
        if next.mean.isFinite && next.squares.isFinite { self = next }
    }

    /// Unbiased; 0 for fewer than two values.
    package var variance: Double { self.count < 2 ? 0 : self.squares / Double(self.count - 1) }
    package var deviation: Double { self.variance.squareRoot() }
    /// Of the mean; nil for fewer than two values.
    package var standardError: Double? {
        self.count < 2 ? nil : (self.variance / Double(self.count)).squareRoot()
    }
}

extension RunningMoments: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.count)
        guard self.count > 0 else { return }
        writer.write(self.mean)
        writer.write(self.squares)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.count = try reader.readUnsigned()
        guard self.count > 0 else { return }
        self.mean = try reader.readFinite()
        self.squares = try reader.readFinite()
        guard self.squares >= 0 else { throw reader.damage("a negative sum of squares") }
    }
}
