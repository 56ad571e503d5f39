import ServingCore

/// Segments as a pair's row holds them: for each the key and the value, both as a length of four bytes, least
/// significant first, and UTF-8. The highest bit of a key's length says that the value came in a header.
enum StoredSegments {
    private static let header: UInt32 = 1 << 31

    /// Nil when there are none.
    static func encode(_ segments: [Segment]) -> [UInt8]? {
        guard !segments.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for segment in segments {
            for (text, mark) in [(segment.key, segment.isHeader ? Self.header : 0), (segment.value, 0)] {
                let count = min(UInt32(clamping: text.utf8.count), Self.header - 1)
                withUnsafeBytes(of: (count | mark).littleEndian) { bytes.append(contentsOf: $0) }
                bytes.append(contentsOf: text.utf8.prefix(Int(count)))
            }
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) throws -> [Segment] {
        var rest = bytes[...]
        var segments: [Segment] = []
        while !rest.isEmpty {
            let (key, mark) = try Self.text(&rest)
            let (value, noMark) = try Self.text(&rest)
            guard noMark == 0 else { throw DamagedRow() }
            segments.append(Segment(key: key, value: value, isHeader: mark != 0))
        }
        return segments
    }

    /// What `positions` files a segment's pairs under; never 0, which stands for all pairs. Two segments may share it.
    static func number(_ segment: Segment) -> Int64 {
        var checksum = Checksum()
        checksum.add(segment.key)
        checksum.add(segment.value)
        return checksum.value == 0 ? 1 : checksum.value
    }

    private static func text(_ rest: inout ArraySlice<UInt8>) throws -> (text: String, mark: UInt32) {
        guard rest.count >= 4 else { throw DamagedRow() }
        let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        let count = Int(length & ~Self.header)
        rest = rest.dropFirst(4)
        guard count <= rest.count, let text = String(validating: rest.prefix(count), as: UTF8.self) else {
            throw DamagedRow()
        }
        rest = rest.dropFirst(count)
        return (text, length & Self.header)
    }
}
