/// Places inside JSON texts that differed, between live and candidate and between two live answers. At most 256 places;
/// what differs beyond them is counted as `(other)`, by kind.
package struct FieldTable: Sendable {
    package struct Entry: Sendable, Equatable {
        package let path: String
        package let kind: FieldDifference.Kind
        /// Pairs in which it differs.
        package fileprivate(set) var count: UInt64 = 0
        /// Live-live pairs in which it differs.
        package fileprivate(set) var noise: UInt64 = 0
        /// The first difference between live and candidate.
        package fileprivate(set) var example: FieldDifference?
        /// The comparison that last counted here, so that one comparison counts a place once.
        fileprivate var seen: UInt64 = 0
    }

    private struct Place: Hashable {
        let path: String
        let kind: FieldDifference.Kind
    }

    private static let limit = 256
    private static let pathBytes = 256
    private static let exampleBytes = 512

    private var entries: [Entry] = []
    private var places: [Place: Int] = [:]
    private var comparisons: UInt64 = 0

    package init() {}

    /// The `Entry.path` under which a place is counted.
    package static func path(of place: String) -> String { place.cut(toBytes: Self.pathBytes) }

    package mutating func add(_ fields: [FieldDifference], isNoise: Bool) {
        guard !fields.isEmpty else { return }
        self.comparisons &+= 1
        for field in fields {
            let index = self.index(of: field)
            guard self.entries[index].seen != self.comparisons else { continue }
            self.entries[index].seen = self.comparisons
            if isNoise {
                self.entries[index].noise.countUp()
            } else {
                self.entries[index].count.countUp()
                if self.entries[index].example == nil {
                    self.entries[index].example = FieldDifference(
                        path: self.entries[index].path,
                        kind: field.kind,
                        live: field.live?.cut(toBytes: Self.exampleBytes),
                        candidate: field.candidate?.cut(toBytes: Self.exampleBytes)
                    )
                }
            }
        }
    }

    /// Most frequent first, then by path.
    package var ranked: [Entry] {
        self.entries.sorted { one, two in
            if one.count != two.count { return one.count > two.count }
            if one.noise != two.noise { return one.noise > two.noise }
            return (one.path, one.kind.rawValue) < (two.path, two.kind.rawValue)
        }
    }

    private mutating func index(of field: FieldDifference) -> Int {
        let place = Place(path: Self.path(of: field.path), kind: field.kind)
        if let index = self.places[place] { return index }
        if self.entries.count < Self.limit { return self.append(place) }
        let other = Place(path: BoundedCounts.other, kind: field.kind)
        return self.places[other] ?? self.append(other)
    }

    private mutating func append(_ place: Place) -> Int {
        self.entries.append(Entry(path: place.path, kind: place.kind))
        self.places[place] = self.entries.count - 1
        return self.entries.count - 1
    }
}

extension FieldTable: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.entries.count))
        for entry in self.entries {
            writer.write(entry.path)
            writer.write(entry.kind.rawValue)
            writer.write(entry.count)
            writer.write(entry.noise)
            writer.write(entry.example != nil)
            if let example = entry.example {
                writer.write(example.live)
                writer.write(example.candidate)
            }
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        let count = try reader.readCount(atMost: Self.limit + FieldDifference.Kind.allCases.count)
        for _ in 0..<count {
            let path = try reader.readText()
            guard let kind = FieldDifference.Kind(rawValue: try reader.readText()),
                self.places[Place(path: path, kind: kind)] == nil
            else { throw reader.damage("a field of unknown kind, or one that was there already") }
            let index = self.append(Place(path: path, kind: kind))
            self.entries[index].count = try reader.readUnsigned()
            self.entries[index].noise = try reader.readUnsigned()
            if try reader.readFlag() {
                let live = try reader.readOptionalText()
                let candidate = try reader.readOptionalText()
                self.entries[index].example = FieldDifference(path: path, kind: kind, live: live, candidate: candidate)
            }
        }
        guard self.entries.count(where: { $0.path != BoundedCounts.other }) <= Self.limit else {
            throw reader.damage("more fields than are kept apart")
        }
    }
}
