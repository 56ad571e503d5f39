/// Mean and variance of values in 0...1, as they are known before the next value; drawn towards 1/2 and 1/4 by one value
/// more than was seen, so that they are defined from the start and the variance is never 0.
struct PlugInMoments: Sendable, Equatable {
    private(set) var count: UInt64 = 0
    private(set) var sum: Double = 0
    /// Sum of squared deviations, each from the mean known after its value.
    private var deviations: Double = 0

    var mean: Double { (0.5 + self.sum) / (Double(self.count) + 1) }
    var variance: Double { (0.25 + self.deviations) / (Double(self.count) + 1) }

    /// - Parameter value: in 0...1.
    mutating func add(_ value: Double) {
        self.count.countUp()
        self.sum += value
        let deviation = value - self.mean
        self.deviations += deviation * deviation
    }
}

extension PlugInMoments: BinaryCodable {
    func encode(into writer: inout BinaryWriter) {
        writer.write(self.count)
        writer.write(self.sum)
        writer.write(self.deviations)
    }

    init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.count = try reader.readUnsigned()
        self.sum = try reader.readFinite()
        self.deviations = try reader.readFinite()
        let range = 0...Double(self.count)
        guard range.contains(self.sum), range.contains(self.deviations) else {
            throw reader.damage("a sum of values that are not in 0...1")
        }
    }
}

extension Double {
    /// Itself in 0...1: what lies outside counts as the nearest end, and no number as 1, a full loss.
    var clampedLoss: Double { self.isNaN ? 1 : Swift.min(1, Swift.max(0, self)) }
}
