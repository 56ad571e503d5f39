import NIOCore

/// Reads the first element of the first `data` array of a V2 answer, without parsing the rest: cheap enough for the
/// event loop that received it.
enum FirstValue {
    /// `value` is JSON, compared byte by byte: a number or a quoted text without escapes.
    static func equals(_ value: [UInt8], in answer: ByteBuffer) -> Bool {
        let bytes = answer.readableBytesUInt8Span
        guard var index = self.end(of: "\"data\"", in: bytes) else { return false }
        for expected in [UInt8(ascii: ":"), UInt8(ascii: "[")] {
            index = self.skipSpace(bytes, index)
            guard index < bytes.count, bytes[index] == expected else { return false }
            index += 1
        }
        index = self.skipSpace(bytes, index)
        guard bytes.count - index > value.count else { return false }
        for offset in value.indices where bytes[index + offset] != value[offset] { return false }
        return [UInt8(ascii: ","), UInt8(ascii: "]"), 0x20, 0x09, 0x0A, 0x0D].contains(bytes[index + value.count])
    }

    private static func end(of key: StaticString, in bytes: Span<UInt8>) -> Int? {
        key.withUTF8Buffer { key in
            guard bytes.count >= key.count else { return nil }
            for start in 0...(bytes.count - key.count)
            where key.indices.allSatisfy({ bytes[start + $0] == key[$0] }) {
                return start + key.count
            }
            return nil
        }
    }

    private static func skipSpace(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
        return index
    }
}
