/// The 20 most divergent pairs; of equally divergent ones the oldest.
package struct WorstPairs: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let id: Int64
        package let divergence: Double
        /// What differs most.
        package let sentence: String
    }

    package static let limit = 20
    private static let sentenceBytes = 512

    /// Most divergent first.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// `sentence` is asked for only when the pair is among the worst.
    mutating func add(id: Int64, divergence: Double, sentence: () -> String) {
        guard divergence > 0 else { return }
        if let last = self.entries.last, self.entries.count >= Self.limit {
            guard Self.comesBefore((divergence, id), (last.divergence, last.id)) else { return }
            self.entries.removeLast()
        }
        let place = self.entries.firstIndex { Self.comesBefore((divergence, id), ($0.divergence, $0.id)) }
        let entry = Entry(id: id, divergence: divergence, sentence: sentence().cut(toBytes: Self.sentenceBytes))
        self.entries.insert(entry, at: place ?? self.entries.count)
    }

    private static func comesBefore(_ one: (Double, Int64), _ two: (Double, Int64)) -> Bool {
        one.0 != two.0 ? one.0 > two.0 : one.1 < two.1
    }
}

extension WorstPairs: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.entries.count))
        for entry in self.entries {
            writer.write(entry.id)
            writer.write(entry.divergence)
            writer.write(entry.sentence)
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        for _ in 0..<(try reader.readCount(atMost: Self.limit)) {
            let id = try reader.readSigned()
            let divergence = try reader.readFinite()
            self.entries.append(Entry(id: id, divergence: divergence, sentence: try reader.readText()))
        }
    }
}
