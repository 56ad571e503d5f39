import Comparison
import ServingCore

/// All that is kept of one release besides its pairs, taken at one moment and written as one piece: after a crash
/// evidence, comparators and counts fall back together.
struct TrialRecord: Sendable {
    /// Stands for how the pairs are compared and kept; evidence of other terms is not continued.
    var terms: [UInt8]
    /// Of all processes that worked on this release.
    var counts: ShadowCounts
    /// Pairs that went into evidence, of all processes.
    var recorded: UInt64
    var comparator: ComparatorState
    var evidence: Evidence
    /// The policy the tests are for.
    var gate: GatePolicy
    var tests: GateEvidence

    private static let kind: StaticString = "TREC"
    private static let version: UInt8 = 2
    /// Counts beyond this were never counted; sums of what is below cannot overflow.
    private static let largestCount: UInt64 = 1 << 53

    init(
        terms: [UInt8],
        counts: ShadowCounts,
        recorded: UInt64,
        comparator: ComparatorState,
        evidence: Evidence,
        gate: GatePolicy,
        tests: GateEvidence
    ) {
        self.gate = gate
        self.tests = tests
        self.terms = terms
        self.counts = counts
        self.recorded = recorded
        self.comparator = comparator
        self.evidence = evidence
    }

    /// Of a release that nothing is known about.
    static var empty: TrialRecord {
        TrialRecord(
            terms: [],
            counts: ShadowCounts(),
            recorded: 0,
            comparator: .empty,
            evidence: Evidence(),
            gate: GatePolicy(),
            tests: GateEvidence(GateTerms(GatePolicy(), subject: .candidate))
        )
    }

    func encoded() throws(BinaryDamage) -> [UInt8] {
        var writer = BinaryWriter()
        writer.write(self.terms)
        for count in [self.counts.sampled, self.counts.paired, self.counts.pending, self.counts.optedOut] {
            writer.write(count)
        }
        // With their number, so that a record from before a reason was there can be read.
        writer.write(UInt64(ShadowDrop.allCases.count))
        for drop in ShadowDrop.allCases { writer.write(self.counts.dropped[drop.rawValue] ?? 0) }
        writer.write(self.recorded)
        writer.write(try StateCoding.encode(self.comparator))
        writer.write(self.evidence.encoded())
        writer.write(try StateCoding.encode(self.gate))
        writer.write(self.tests.encoded())
        return BinarySeal.seal(writer.bytes, kind: Self.kind, version: Self.version)
    }

    init(decoding bytes: [UInt8]) throws(BinaryDamage) {
        var reader = BinaryReader(try BinarySeal.open(bytes, kind: Self.kind, version: Self.version))
        self.terms = try reader.readBytes()
        self.counts = try Self.readCounts(&reader)
        self.recorded = try Self.readCount(&reader)
        self.comparator = try StateCoding.decode(ComparatorState.self, from: try reader.readBytes())
        self.evidence = try Evidence(decoding: try reader.readBytes())
        self.gate = try StateCoding.decode(GatePolicy.self, from: try reader.readBytes())
        self.tests = try GateEvidence(decoding: try reader.readBytes())
        try reader.finish()
    }

    /// Pairs that went into evidence, without reading all of it.
    static func recorded(in bytes: [UInt8]) throws(BinaryDamage) -> UInt64 {
        var reader = BinaryReader(try BinarySeal.open(bytes, kind: Self.kind, version: Self.version))
        _ = try reader.readBytes()
        _ = try Self.readCounts(&reader)
        return try Self.readCount(&reader)
    }

    private static func readCounts(_ reader: inout BinaryReader) throws(BinaryDamage) -> ShadowCounts {
        var counts = ShadowCounts()
        counts.sampled = try Self.readCount(&reader)
        counts.paired = try Self.readCount(&reader)
        counts.pending = try Self.readCount(&reader)
        counts.optedOut = try Self.readCount(&reader)
        let drops = try reader.readCount(atMost: ShadowDrop.allCases.count)
        for drop in ShadowDrop.allCases.prefix(drops) {
            let count = try Self.readCount(&reader)
            if count > 0 { counts.dropped[drop.rawValue] = count }
        }
        return counts
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
