/// How often each of a few texts occurred. What comes after the first distinct ones is counted as `(other)`.
package struct BoundedCounts: Sendable, Equatable {
    package static let other = "(other)"
    /// Distinct texts, `(other)` among them.
    private static let limit = 8
    private static let textBytes = 256

    package private(set) var counts: [String: UInt64] = [:]

    package init() {}

    package mutating func add(_ text: String) {
        let text = text.cut(toBytes: Self.textBytes)
        let isNew = self.counts[text] == nil
        self.counts[isNew && self.counts.count >= Self.limit - 1 ? Self.other : text, default: 0].countUp()
    }
}

extension BoundedCounts: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.counts.count))
        for (text, count) in self.counts.sorted(by: { $0.key < $1.key }) {
            writer.write(text)
            writer.write(count)
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        for _ in 0..<(try reader.readCount(atMost: Self.limit)) {
            let text = try reader.readText()
            self.counts[text] = try reader.readUnsigned()
        }
        guard self.counts.count < Self.limit || self.counts[Self.other] != nil else {
            throw reader.damage("more texts than are kept apart")
        }
    }
}
