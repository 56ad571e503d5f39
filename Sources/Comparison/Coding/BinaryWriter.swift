/// Writes the compact form in which running evidence is kept: variable-length integers, texts with their length, doubles
/// bit for bit. The same calls give the same bytes on every machine.
package struct BinaryWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// One byte for values below 128, ten at most.
    package mutating func write(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Short for values near zero, of either sign.
    package mutating func write(_ value: Int64) {
        self.write(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    package mutating func write(_ value: Double) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { self.bytes.append(contentsOf: $0) }
    }

    package mutating func write(_ flag: Bool) { self.bytes.append(flag ? 1 : 0) }

    package mutating func write(_ text: String) {
        self.write(UInt64(text.utf8.count))
        self.bytes.append(contentsOf: text.utf8)
    }

    package mutating func write(_ content: [UInt8]) {
        self.write(UInt64(content.count))
        self.bytes.append(contentsOf: content)
    }

    /// A flag, and the value when there is one.
    package mutating func write(_ text: String?) {
        self.write(text != nil)
        if let text { self.write(text) }
    }

    /// The number of values, then each.
    package mutating func write(_ values: some Collection<some BinaryCodable>) {
        self.write(UInt64(values.count))
        for value in values { value.encode(into: &self) }
    }

    /// Bytes as they are, without their number.
    package mutating func append(_ raw: some Sequence<UInt8>) { self.bytes.append(contentsOf: raw) }
}

/// Knows its own compact form.
package protocol BinaryCodable {
    func encode(into writer: inout BinaryWriter)
    /// Throws for anything that `encode` cannot have written.
    init(from reader: inout BinaryReader) throws(BinaryDamage)
}
