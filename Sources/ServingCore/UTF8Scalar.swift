/// Reads UTF-8 scalar by scalar without making a `String`.
package enum UTF8Scalar {
    /// The scalar that begins at `start` and its width; nil where the bytes are not UTF-8 (overlong forms, surrogates and
    /// cut sequences too). `start` must lie inside `bytes`.
    @inlinable
    package static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        at start: Int
    ) -> (scalar: Unicode.Scalar, width: Int)? {
        let first = bytes[start]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let width: Int
        var value: UInt32
        let smallest: UInt32
        switch first {
        case 0xC2...0xDF: (width, value, smallest) = (2, UInt32(first & 0x1F), 0x80)
        case 0xE0...0xEF: (width, value, smallest) = (3, UInt32(first & 0x0F), 0x800)
        case 0xF0...0xF4: (width, value, smallest) = (4, UInt32(first & 0x07), 0x1_0000)
        default: return nil
        }
        guard bytes.count - start >= width else { return nil }
        for offset in 1..<width {
            let byte = bytes[start + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard value >= smallest, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, width)
    }

    /// True when all of `bytes` is UTF-8.
    package static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        while at < bytes.count {
            if bytes[at] < 0x80 {
                at += 1
            } else {
                guard let (_, width) = Self.decode(bytes, at: at) else { return false }
                at += width
            }
        }
        return true
    }
}
