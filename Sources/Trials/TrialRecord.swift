import Comparison
import ServingCore

/// All that is kept of one release besides its pairs, taken at one moment and written as one piece: after a crash
/// evidence, comparators and counts fall back together.
struct TrialRecord: Sendable {
    /// What the pairs are compared by; evidence of other terms is not continued.
    var terms: [UInt8]
    /// Of all processes that worked on this release.
    var counts: ShadowCounts
    /// Pairs that went into evidence, of all processes.
    var recorded: UInt64
    var comparator: PairComparator
    var evidence: Evidence

    private static let kind: StaticString = "TREC"
    private static let version: UInt8 = 1
    /// Counts beyond this were never counted; sums of what is below cannot overflow.
    private static let largestCount: UInt64 = 1 << 53

    init(terms: [UInt8], counts: ShadowCounts, recorded: UInt64, comparator: PairComparator, evidence: Evidence) {
        self.terms = terms
        self.counts = counts
        self.recorded = recorded
        self.comparator = comparator
        self.evidence = evidence
    }

    /// Of a release that nothing is known about.
    static var empty: TrialRecord {
        let nothing = ModelSignature(inputs: [], outputs: [])
        return TrialRecord(
            terms: [],
            counts: ShadowCounts(),
            recorded: 0,
            comparator: PairComparator(live: nothing, candidate: nothing, settings: ComparisonSettings()),
            evidence: Evidence()
        )
    }

    func encoded() throws(BinaryDamage) -> [UInt8] {
        var writer = BinaryWriter()
        writer.write(self.terms)
        for count in [self.counts.sampled, self.counts.paired, self.counts.pending, self.counts.optedOut] {
            writer.write(count)
        }
        for drop in ShadowDrop.allCases { writer.write(self.counts.dropped[drop.rawValue] ?? 0) }
        writer.write(self.recorded)
        writer.write(try StateCoding.encode(self.comparator))
        writer.write(self.evidence.encoded())
        return BinarySeal.seal(writer.bytes, kind: Self.kind, version: Self.version)
    }

    init(decoding bytes: [UInt8]) throws(BinaryDamage) {
        var reader = BinaryReader(try BinarySeal.open(bytes, kind: Self.kind, version: Self.version))
        self.terms = try reader.readBytes()
        self.counts = ShadowCounts()
        self.counts.sampled = try Self.readCount(&reader)
        self.counts.paired = try Self.readCount(&reader)
        self.counts.pending = try Self.readCount(&reader)
        self.counts.optedOut = try Self.readCount(&reader)
        for drop in ShadowDrop.allCases {
            let count = try Self.readCount(&reader)
            if count > 0 { self.counts.dropped[drop.rawValue] = count }
        }
        self.recorded = try Self.readCount(&reader)
        self.comparator = try StateCoding.decode(PairComparator.self, from: try reader.readBytes())
        self.evidence = try Evidence(decoding: try reader.readBytes())
        try reader.finish()
    }

    /// Pairs that went into evidence, without reading all of it.
    static func recorded(in bytes: [UInt8]) throws(BinaryDamage) -> UInt64 {
        var reader = BinaryReader(try BinarySeal.open(bytes, kind: Self.kind, version: Self.version))
        _ = try reader.readBytes()
        for _ in 0..<(4 + ShadowDrop.allCases.count) { _ = try Self.readCount(&reader) }
        return try Self.readCount(&reader)
    }

    private static func readCount(_ reader: inout BinaryReader) throws(BinaryDamage) -> UInt64 {
        let count = try reader.readUnsigned()
        guard count <= Self.largestCount else { throw reader.damage("a count of \(count)") }
        return count
    }

    /// The counts once the process that wrote them is gone: pairs are those that went into evidence, and what was on its
    /// way, or held back until the comparators are chosen, was lost. After an orderly end there is no such thing.
    var settledCounts: ShadowCounts {
        var counts = self.counts
        counts.paired = self.recorded
        counts.pending = 0
        let settled = counts.paired + counts.droppedTotal
        // Counters are read one after the other while they move: the sum may be a few ahead of `sampled`.
        counts.sampled = max(counts.sampled, settled)
        if counts.sampled > settled {
            counts.dropped[ShadowDrop.crash.rawValue, default: 0] += counts.sampled - settled
        }
        return counts
    }
}
