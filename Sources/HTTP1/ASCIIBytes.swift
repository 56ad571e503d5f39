/// Byte classes and comparisons of HTTP, on unsafe bytes whose bounds the caller has established.
enum ASCIIBytes {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let colon: UInt8 = 0x3A

    /// One bit per byte 0...127: the `tchar` of RFC 9110 5.6.2.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        let bits = byte < 0x40 ? Self.tokenLow : Self.tokenHigh
        return bits >> UInt64(byte & 0x3F) & 1 == 1
    }

    /// May stand in a field value: visible, space, tab, or above ASCII.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= Self.space ? byte != 0x7F : byte == Self.tab
    }

    /// ASCII case-insensitive; `other` is lower-case.
    @inline(__always)
    static func isSame(_ bytes: Slice<UnsafeRawBufferPointer>, _ other: StaticString) -> Bool {
        guard bytes.count == other.utf8CodeUnitCount else { return false }
        var offset = 0
        for byte in bytes {
            let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
            guard lower == other.utf8Start[offset] else { return false }
            offset += 1
        }
        return true
    }

    /// The same bytes, in the same case.
    @inline(__always)
    static func isExactly(_ bytes: Slice<UnsafeRawBufferPointer>, _ other: StaticString) -> Bool {
        bytes.count == other.utf8CodeUnitCount
            && (0..<bytes.count).allSatisfy { bytes[bytes.startIndex + $0] == other.utf8Start[$0] }
    }

    /// Digits only, at least one, and within `Int`; nil otherwise.
    static func decimal(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard !bytes.isEmpty else { return nil }
        var value = 0
        for byte in bytes {
            guard byte &- 0x30 < 10 else { return nil }
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, overflow) = tens.addingReportingOverflow(Int(byte &- 0x30))
            guard !tooLarge, !overflow else { return nil }
            value = next
        }
        return value
    }

    static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var trimmed = bytes
        while let first = trimmed.first, first == Self.space || first == Self.tab { trimmed = trimmed.dropFirst() }
        while let last = trimmed.last, last == Self.space || last == Self.tab { trimmed = trimmed.dropLast() }
        return trimmed
    }
}
