package import ServingCore

/// Pairs by the outcome of one leg.
package struct OutcomeCounts: Sendable, Equatable {
    private var counts = [UInt64](repeating: 0, count: Leg.Outcome.allCases.count)

    package init() {}

    package subscript(outcome: Leg.Outcome) -> UInt64 { self.counts[Int(outcome.rawValue)] }

    mutating func add(_ outcome: Leg.Outcome) { self.counts[Int(outcome.rawValue)].countUp() }
}

extension OutcomeCounts: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        for count in self.counts { writer.write(count) }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        for index in self.counts.indices { self.counts[index] = try reader.readUnsigned() }
    }
}
