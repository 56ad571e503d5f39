/// Means of a comparator's further figures by name, at most 16 of them.
package struct DetailMeans: Sendable, Equatable {
    private static let limit = 16
    private static let nameBytes = 64

    private struct Entry: Sendable, Equatable {
        var name: String
        var moments: RunningMoments
    }

    private var entries: [Entry] = []

    package init() {}

    package var means: [String: Double] {
        Dictionary(self.entries.map { ($0.name, $0.moments.mean) }, uniquingKeysWith: { first, _ in first })
    }

    package mutating func add(_ details: [String: Double]) {
        var unknown: [(name: String, value: Double)] = []
        for (name, value) in details where value.isFinite {
            if let index = self.entries.firstIndex(where: { $0.name == name }) {
                self.entries[index].moments.add(value)
            } else if self.entries.count < Self.limit, name.utf8.count <= Self.nameBytes {
                unknown.append((name, value))
            }
        }
        // A dictionary's order differs from run to run; which names are kept must not.
        for (name, value) in unknown.sorted(by: { $0.name < $1.name }).prefix(Self.limit - self.entries.count) {
            var moments = RunningMoments()
            moments.add(value)
            self.entries.append(Entry(name: name, moments: moments))
        }
    }
}

extension DetailMeans: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.entries.count))
        for entry in self.entries {
            writer.write(entry.name)
            entry.moments.encode(into: &writer)
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        for _ in 0..<(try reader.readCount(atMost: Self.limit)) {
            let name = try reader.readText()
            self.entries.append(Entry(name: name, moments: try RunningMoments(from: &reader)))
        }
    }
}
