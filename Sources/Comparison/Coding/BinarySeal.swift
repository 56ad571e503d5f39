/// Envelope of kept bytes: what they are, in which version of their form, and a checksum over all of it. Guards against
/// accidents, not against an attacker.
package enum BinarySeal {
    /// - Parameter kind: four letters.
    package static func seal(_ content: [UInt8], kind: StaticString, version: UInt8) -> [UInt8] {
        var writer = BinaryWriter()
        writer.append(Self.header(kind, version))
        writer.append(content)
        withUnsafeBytes(of: Self.checksum(writer.bytes[...]).littleEndian) { writer.append($0) }
        return writer.bytes
    }

    /// The content, or which of kind, version and checksum is wrong.
    package static func open(
        _ sealed: [UInt8],
        kind: StaticString,
        version: UInt8
    ) throws(BinaryDamage) -> [UInt8] {
        let header = Self.header(kind, version)
        guard sealed.count >= header.count + 8, sealed.starts(with: header.dropLast()) else {
            throw BinaryDamage("these \(sealed.count) bytes are not \(kind)")
        }
        guard sealed[header.count - 1] == version else {
            throw BinaryDamage(
                "\(kind) is of version \(sealed[header.count - 1]), this program reads version \(version)"
            )
        }
        let stored = sealed.suffix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
        guard stored == Self.checksum(sealed.dropLast(8)) else {
            throw BinaryDamage("these \(sealed.count) bytes (\(kind)) were damaged: their checksum does not match")
        }
        return Array(sealed[header.count..<sealed.count - 8])
    }

    private static func header(_ kind: StaticString, _ version: UInt8) -> [UInt8] {
        kind.withUTF8Buffer { Array($0) } + [version]
    }

    /// FNV-1a over words of eight bytes; each step is one-to-one, so that one changed word always shows.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(bytes.count)
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                hash = (hash ^ word) &* 0x100_0000_01B3
                hash ^= hash >> 32
                offset += 8
            }
            for byte in bytes[offset...] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return hash
        }
    }
}
