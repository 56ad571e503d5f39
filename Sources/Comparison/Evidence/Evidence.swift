package import ServingCore

/// Everything the pairs of one release show so far, in bounded memory: a value that grows pair by pair. The same pairs in
/// the same order give the same bytes (`encoded`), also when it was written and read back in between.
///
/// Memory: about 60 KB when new; each leg's histogram grows to 130 KB for times of tens of milliseconds and 262 KB at
/// most; an output takes 5 KB, and at most 400 KB when it is JSON with 256 places that differ; a segment 150 bytes.
package struct Evidence: Sendable {
    /// Pairs with all their outcomes, compared or not.
    package private(set) var pairs: UInt64 = 0
    /// Microseconds since 1970 of the newest pair.
    package private(set) var lastPair: Int64?
    /// Pairs in which both versions answered.
    package private(set) var compared: UInt64 = 0
    /// Pairs in which the live version was asked again and both of its legs answered.
    package private(set) var triples: UInt64 = 0
    /// Triples in which the two live answers were not the same bytes.
    package private(set) var differing: UInt64 = 0
    package private(set) var live = OutcomeCounts()
    package private(set) var candidate = OutcomeCounts()
    package private(set) var noise = OutcomeCounts()
    package private(set) var candidateReasons = RecentReasons()
    package private(set) var latency = LatencyEvidence()
    /// In the order of the plan. At most 256: what a model gives beyond that is not counted one by one.
    package private(set) var outputs: [OutputEvidence] = []
    package private(set) var segments = SegmentTable()
    package private(set) var worst = WorstPairs()

    /// Triples after which determinism is decided (statistics B1).
    package static let decisive: UInt64 = 200
    private static let outputLimit = 256

    package init() {}

    /// The live version gives the same answer bit for bit when it is asked again; nil before 200 triples.
    package var isDeterministic: Bool? { self.triples < Self.decisive ? nil : self.differing == 0 }

    /// Pair and comparison may be redacted already: texts are kept as they are here.
    ///
    /// - Parameter repeats: `Pair.liveRepeats(ignoring:)` of the pair before redaction.
    package mutating func add(_ pair: Pair, _ comparison: PairComparison, repeats: Bool?) {
        let figures = PairFigures(pair, comparison)
        self.pairs.countUp()
        self.lastPair = max(self.lastPair ?? pair.id, pair.id)
        if figures.isCompared { self.compared.countUp() }
        if let repeats {
            self.triples.countUp()
            if !repeats { self.differing.countUp() }
        }
        self.live.add(pair.live.outcome)
        self.candidate.add(pair.candidate.outcome)
        if let noise = pair.noise { self.noise.add(noise.outcome) }
        if pair.candidate.outcome != .answered, let reason = pair.candidate.reason { self.candidateReasons.add(reason) }
        self.latency.add(pair)
        self.add(comparison)
        self.segments.add(pair.segments, figures, candidate: pair.candidate.outcome)
        self.worst.add(id: pair.id, divergence: figures.divergence) { DifferenceSentence.of(pair, comparison) }
    }

    private mutating func add(_ comparison: PairComparison) {
        for (position, output) in comparison.outputs.enumerated() {
            guard let index = self.index(of: output.name, hint: position) else { continue }
            self.outputs[index].add(output, noise: comparison.noise?.named(output.name, hint: position))
        }
        for (position, noise) in (comparison.noise ?? []).enumerated()
        where comparison.outputs.named(noise.name, hint: position) == nil {
            guard let index = self.index(of: noise.name, hint: position) else { continue }
            self.outputs[index].add(nil, noise: noise)
        }
    }

    private mutating func index(of name: String, hint: Int) -> Int? {
        let name = name.cut(toBytes: OutputEvidence.nameBytes)
        if hint < self.outputs.count, self.outputs[hint].name == name { return hint }
        if let index = self.outputs.firstIndex(where: { $0.name == name }) { return index }
        guard self.outputs.count < Self.outputLimit else { return nil }
        self.outputs.append(OutputEvidence(name: name))
        return self.outputs.count - 1
    }
}

extension Evidence {
    private static let kind: StaticString = "TEVD"
    private static let version: UInt8 = 1

    package func encoded() -> [UInt8] {
        var writer = BinaryWriter()
        for count in [self.pairs, self.compared, self.triples, self.differing] { writer.write(count) }
        writer.write(self.lastPair != nil)
        if let last = self.lastPair { writer.write(last) }
        self.live.encode(into: &writer)
        self.candidate.encode(into: &writer)
        self.noise.encode(into: &writer)
        self.candidateReasons.encode(into: &writer)
        self.latency.encode(into: &writer)
        writer.write(self.outputs)
        self.segments.encode(into: &writer)
        self.worst.encode(into: &writer)
        return BinarySeal.seal(writer.bytes, kind: Self.kind, version: Self.version)
    }

    package init(decoding bytes: [UInt8]) throws(BinaryDamage) {
        var reader = BinaryReader(try BinarySeal.open(bytes, kind: Self.kind, version: Self.version))
        self.pairs = try reader.readUnsigned()
        self.compared = try reader.readUnsigned()
        self.triples = try reader.readUnsigned()
        self.differing = try reader.readUnsigned()
        if try reader.readFlag() { self.lastPair = try reader.readSigned() }
        self.live = try OutcomeCounts(from: &reader)
        self.candidate = try OutcomeCounts(from: &reader)
        self.noise = try OutcomeCounts(from: &reader)
        self.candidateReasons = try RecentReasons(from: &reader)
        self.latency = try LatencyEvidence(from: &reader)
        self.outputs = try reader.readList(atMost: Self.outputLimit)
        self.segments = try SegmentTable(from: &reader)
        self.worst = try WorstPairs(from: &reader)
        try reader.finish()
    }
}
