package import NIOCore

/// Complete header lines of a request to a backend. Whatever is added, they stay well-formed.
package struct RequestLines: Sendable, Equatable {
    package private(set) var bytes = ByteBuffer()

    package init() {}

    package mutating func add(_ name: StaticString, _ value: StaticString) {
        self.bytes.writeStaticString(name)
        self.bytes.writeStaticString(": ")
        self.bytes.writeStaticString(value)
        self.bytes.writeStaticString("\r\n")
    }

    package mutating func add(_ name: StaticString, _ value: Int) {
        self.bytes.writeStaticString(name)
        self.bytes.writeStaticString(": ")
        self.bytes.writeDecimal(value)
        self.bytes.writeStaticString("\r\n")
    }

    /// False, and nothing is added, when `value` holds a control character.
    package mutating func add(_ name: StaticString, text value: String) -> Bool {
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return false }
        self.bytes.writeStaticString(name)
        self.bytes.writeStaticString(": ")
        self.bytes.writeString(value)
        self.bytes.writeStaticString("\r\n")
        return true
    }
}

extension ByteBuffer {
    /// Writes a number that is not negative, without a `String` in between.
    mutating func writeDecimal(_ value: Int) {
        var divisor = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            self.writeInteger(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
            divisor /= 10
        }
    }
}
