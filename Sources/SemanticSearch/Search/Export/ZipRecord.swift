/// The records of a ZIP file whose members are not compressed (APPNOTE.TXT 4.3). Checksum and sizes follow a member, so
/// that it can be written before they are known; times are the earliest there are, so that equal content is equal bytes.
enum ZipRecord {
    static let localSize = 30
    static let descriptorSize = 16
    static let centralSize = 46
    static let endSize = 22

    /// What is needed to extract: 2.0. Flags: sizes follow, names are UTF-8.
    private static let common: [UInt16] = [20, 0x0808, 0, 0, 0x0021]

    /// Before a member.
    static func local(_ name: String) -> [UInt8] {
        var record = Record(0x0403_4B50)
        for value in Self.common { record.add(value) }
        for _ in 0..<3 { record.add(UInt32(0)) }
        record.add(UInt16(truncatingIfNeeded: name.utf8.count))
        record.add(UInt16(0))
        return record.bytes + name.utf8
    }

    /// Behind a member.
    static func descriptor(checksum: UInt32, byteCount: Int) -> [UInt8] {
        var record = Record(0x0807_4B50)
        record.add(checksum)
        for _ in 0..<2 { record.add(UInt32(truncatingIfNeeded: byteCount)) }
        return record.bytes
    }

    /// Of a member, in the directory at the end.
    static func central(_ name: String, checksum: UInt32, byteCount: Int, offset: Int) -> [UInt8] {
        var record = Record(0x0201_4B50)
        record.add(UInt16(20))
        for value in Self.common { record.add(value) }
        record.add(checksum)
        for _ in 0..<2 { record.add(UInt32(truncatingIfNeeded: byteCount)) }
        record.add(UInt16(truncatingIfNeeded: name.utf8.count))
        // No extra field, no comment, the first disk, no attributes.
        for _ in 0..<6 { record.add(UInt16(0)) }
        record.add(UInt32(truncatingIfNeeded: offset))
        return record.bytes + name.utf8
    }

    static func end(members: Int, start: Int, byteCount: Int) -> [UInt8] {
        var record = Record(0x0605_4B50)
        for value in [0, 0, members, members] { record.add(UInt16(truncatingIfNeeded: value)) }
        for value in [byteCount, start] { record.add(UInt32(truncatingIfNeeded: value)) }
        record.add(UInt16(0))
        return record.bytes
    }

    private struct Record {
        var bytes: [UInt8] = []

        init(_ signature: UInt32) { self.add(signature) }

        mutating func add(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { self.bytes += $0 }
        }
    }
}
