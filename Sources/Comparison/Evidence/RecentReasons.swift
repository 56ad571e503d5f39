/// The newest distinct reasons with their number; the one not heard of for longest makes room for a new one.
package struct RecentReasons: Sendable, Equatable {
    private static let limit = 8
    private static let textBytes = 256

    private struct Entry: Sendable, Equatable {
        var reason: String
        var count: UInt64
    }

    /// Newest last.
    private var entries: [Entry] = []

    package init() {}

    package var counts: [String: UInt64] {
        Dictionary(self.entries.map { ($0.reason, $0.count) }, uniquingKeysWith: max)
    }

    package mutating func add(_ reason: String) {
        let reason = reason.cut(toBytes: Self.textBytes)
        var entry = Entry(reason: reason, count: 0)
        if let index = self.entries.firstIndex(where: { $0.reason == reason }) {
            entry = self.entries.remove(at: index)
        } else if self.entries.count >= Self.limit {
            self.entries.removeFirst()
        }
        entry.count.countUp()
        self.entries.append(entry)
    }
}

extension RecentReasons: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.entries.count))
        for entry in self.entries {
            writer.write(entry.reason)
            writer.write(entry.count)
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        for _ in 0..<(try reader.readCount(atMost: Self.limit)) {
            let reason = try reader.readText()
            self.entries.append(Entry(reason: reason, count: try reader.readUnsigned()))
        }
    }
}
