internal import NIOCore
internal import ServingCore

extension ByteBuffer {
    /// Writes `text` as it stands; the caller knows it to be JSON.
    mutating func writeJSON(_ text: StaticString) {
        self.writeStaticString(text)
    }

    /// Writes `text` as a JSON string with its quotes.
    mutating func writeJSONString(_ text: String) {
        var text = text
        text.withUTF8 { self.writeJSONString(UnsafeRawBufferPointer($0)) }
    }

    /// Writes well-formed UTF-8 as a JSON string with its quotes.
    mutating func writeJSONString(_ bytes: UnsafeRawBufferPointer) {
        self.writeInteger(UInt8(ascii: "\""))
        var start = 0
        for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
            self.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            start = index + 1
            switch byte {
            case 0x22: self.writeStaticString("\\\"")
            case 0x5C: self.writeStaticString("\\\\")
            case 0x0A: self.writeStaticString("\\n")
            case 0x0D: self.writeStaticString("\\r")
            case 0x09: self.writeStaticString("\\t")
            default:
                self.writeStaticString("\\u00")
                self.writeInteger(Self.hexadecimal(byte >> 4))
                self.writeInteger(Self.hexadecimal(byte & 0xF))
            }
        }
        self.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        self.writeInteger(UInt8(ascii: "\""))
    }

    /// Writes `value` in decimal without an allocation.
    mutating func writeDecimal(_ value: Int64) {
        if value >= 0, value < 10 {
            self.writeInteger(UInt8(ascii: "0") + UInt8(value))
            return
        }
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: 24) { target in
            withUnsafeBytes(of: value) { source in
                guard let out = target.baseAddress, let value = source.baseAddress else { return 0 }
                return JSONNumbers.write(
                    value,
                    count: 1,
                    datatype: .int64,
                    to: out.assumingMemoryBound(to: CChar.self)
                ).written
            }
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
