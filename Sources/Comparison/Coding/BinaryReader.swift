/// Bytes that are not what was written.
package struct BinaryDamage: Error, Equatable, CustomStringConvertible {
    /// What is wrong, in one sentence.
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Reads what `BinaryWriter` wrote. Total: any bytes give values or an error, and never take more memory than a small
/// multiple of their own size.
package struct BinaryReader: Sendable {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var remaining: Int { self.bytes.count - self.offset }

    package mutating func readUnsigned() throws(BinaryDamage) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try self.readByte()
            let bits = UInt64(byte & 0x7F)
            guard shift < 63 || bits <= 1 else { break }
            value |= bits << shift
            if byte < 0x80 {
                // One form only, so that equal values are equal bytes.
                guard byte != 0 || shift == 0 else { break }
                return value
            }
        }
        throw self.damage("no number")
    }

    package mutating func readSigned() throws(BinaryDamage) -> Int64 {
        let folded = try self.readUnsigned()
        return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }

    package mutating func readDouble() throws(BinaryDamage) -> Double {
        guard self.remaining >= 8 else { throw self.damage("the end, where a double was expected") }
        let pattern = self.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: self.offset, as: UInt64.self) }
        self.offset += 8
        return Double(bitPattern: UInt64(littleEndian: pattern))
    }

    /// Refuses NaN and infinity.
    package mutating func readFinite() throws(BinaryDamage) -> Double {
        let value = try self.readDouble()
        guard value.isFinite else { throw self.damage("\(value), where a finite number was expected") }
        return value
    }

    package mutating func readFlag() throws(BinaryDamage) -> Bool {
        switch try self.readByte() {
        case 0: return false
        case 1: return true
        case let byte: throw self.damage("\(byte), where a flag was expected")
        }
    }

    package mutating func readText() throws(BinaryDamage) -> String {
        let content = try self.readSlice()
        guard let text = String(validating: content, as: UTF8.self) else {
            throw self.damage("a text that is no UTF-8")
        }
        return text
    }

    package mutating func readOptionalText() throws(BinaryDamage) -> String? {
        try self.readFlag() ? try self.readText() : nil
    }

    package mutating func readBytes() throws(BinaryDamage) -> [UInt8] { Array(try self.readSlice()) }

    /// At most `limit` values.
    package mutating func readList<Value: BinaryCodable>(
        of type: Value.Type = Value.self,
        atMost limit: Int
    ) throws(BinaryDamage) -> [Value] {
        let count = try self.readCount(atMost: limit)
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try Value(from: &self)) }
        return values
    }

    /// A number of things that each take at least one byte.
    package mutating func readCount(atMost limit: Int = .max) throws(BinaryDamage) -> Int {
        let count = try self.readUnsigned()
        guard count <= UInt64(min(limit, self.remaining)) else { throw self.damage("too many of something: \(count)") }
        return Int(count)
    }

    /// Throws unless everything was read.
    package func finish() throws(BinaryDamage) {
        guard self.remaining == 0 else { throw self.damage("\(self.remaining) bytes too many") }
    }

    package func damage(_ what: String) -> BinaryDamage {
        BinaryDamage("at byte \(self.offset) of \(self.bytes.count) there is \(what)")
    }

    mutating func readByte() throws(BinaryDamage) -> UInt8 {
        guard self.offset < self.bytes.count else { throw self.damage("the end, where more was expected") }
        defer { self.offset += 1 }
        return self.bytes[self.offset]
    }

    private mutating func readSlice() throws(BinaryDamage) -> ArraySlice<UInt8> {
        let count = try self.readCount()
        defer { self.offset += count }
        return self.bytes[self.offset..<self.offset + count]
    }
}
