package import NIOCore
internal import ServingCore

/// Writes JSON into memory reserved for it beforehand. Every write is checked against the room left; one that does not
/// fit sets `isFull` and writes nothing, so a wrong reservation is an error and never a write out of bounds.
struct JSONCursor {
    private let start: UnsafeMutablePointer<UInt8>?
    private var offset = 0
    private let capacity: Int
    private(set) var isFull = false

    init(_ target: UnsafeMutableRawBufferPointer) {
        self.start = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        self.capacity = target.count
    }

    /// Bytes written so far.
    var written: Int { self.offset }

    /// Room a string of `count` bytes can take at most, with its quotes.
    static func longestString(_ count: Int) -> Int { 6 * count + 2 }

    /// Room a decimal of 64 bits can take at most.
    static let longestDecimal = 21

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        guard self.offset < self.capacity, let start = self.start else {
            self.isFull = true
            return
        }
        start[self.offset] = byte
        self.offset += 1
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= self.capacity - self.offset, let start = self.start else {
            self.isFull = true
            return
        }
        UnsafeMutableRawBufferPointer(start: start + self.offset, count: bytes.count).copyMemory(from: bytes)
        self.offset += bytes.count
    }

    @inline(__always)
    mutating func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.put($0) }
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        self.put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func putString(_ text: String) {
        var text = text
        text.withUTF8 { self.putString(UnsafeRawBufferPointer($0)) }
    }

    /// Well-formed UTF-8 as a JSON string with its quotes.
    mutating func putString(_ bytes: UnsafeRawBufferPointer) {
        self.put(UInt8(ascii: "\""))
        var start = 0
        for index in 0..<bytes.count {
            let byte = bytes[index]
            guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
            self.put(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            start = index + 1
            switch byte {
            case 0x22: self.put("\\\"")
            case 0x5C: self.put("\\\\")
            case 0x0A: self.put("\\n")
            case 0x0D: self.put("\\r")
            case 0x09: self.put("\\t")
            default:
                self.put("\\u00")
                self.put(Self.hexadecimal(byte >> 4))
                self.put(Self.hexadecimal(byte & 0xF))
            }
        }
        self.put(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        self.put(UInt8(ascii: "\""))
    }

    mutating func putDecimal(_ value: Int64) {
        if value >= 0, value < 10 {
            self.put(UInt8(ascii: "0") + UInt8(value))
            return
        }
        withUnsafeBytes(of: value) { source in
            guard let value = source.baseAddress else { return }
            _ = self.putNumbers(value, count: 1, datatype: .int64)
        }
    }

    /// `count` values of a type that `JSONNumbers` writes, separated by commas. Returns the index of the first value
    /// that is not finite, else nil.
    mutating func putNumbers(_ values: UnsafeRawPointer, count: Int, datatype: DataType) -> Int? {
        guard let longest = JSONNumbers.longestText(of: datatype), let start = self.start,
            count <= (self.capacity - self.offset) / longest
        else {
            self.isFull = true
            return nil
        }
        let result = UnsafeMutableRawPointer(start + self.offset).withMemoryRebound(
            to: CChar.self,
            capacity: count * longest
        ) { JSONNumbers.write(values, count: count, datatype: datatype, to: $0) }
        self.offset += result.written
        return result.notFinite
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

extension ByteBuffer {
    /// Writes `text` as it stands; the caller knows it to be JSON.
    package mutating func writeJSON(_ text: StaticString) {
        self.writeStaticString(text)
    }

    /// Writes `text` as a JSON string with its quotes.
    package mutating func writeJSONString(_ text: String) {
        var text = text
        text.withUTF8 { self.writeJSONString($0) }
    }

    /// Writes well-formed UTF-8 as a JSON string with its quotes.
    package mutating func writeJSONString(_ text: UnsafeBufferPointer<UInt8>) {
        let room = JSONCursor.longestString(text.count)
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
            var cursor = JSONCursor(target)
            cursor.putString(UnsafeRawBufferPointer(text))
            return cursor.written
        }
    }

    package mutating func writeDecimal(_ value: Int64) {
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: JSONCursor.longestDecimal) { target in
            var cursor = JSONCursor(target)
            cursor.putDecimal(value)
            return cursor.written
        }
    }
}
