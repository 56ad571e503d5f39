package import ServingCore

/// What one value of a declared key has to do with divergence.
package struct SegmentEvidence: Sendable, Equatable {
    package let segment: Segment
    package fileprivate(set) var pairs: UInt64 = 0
    /// Pairs in which both versions answered; the figures that follow are over these.
    package fileprivate(set) var compared: UInt64 = 0
    package fileprivate(set) var diverged: UInt64 = 0
    package fileprivate(set) var flips: UInt64 = 0
    /// Of the largest divergence of any output.
    package fileprivate(set) var divergence = RunningMoments()
    package fileprivate(set) var noise = RunningMoments()
    /// Pairs in which the candidate did not answer, or not with something valid.
    package fileprivate(set) var candidateFailures: UInt64 = 0

    fileprivate init(segment: Segment) { self.segment = segment }

    fileprivate mutating func add(_ figures: PairFigures, candidate: Leg.Outcome) {
        self.pairs.countUp()
        if candidate != .answered { self.candidateFailures.countUp() }
        if let noise = figures.noiseDivergence { self.noise.add(noise) }
        guard figures.isCompared else { return }
        self.compared.countUp()
        if figures.diverged { self.diverged.countUp() }
        if figures.flips { self.flips.countUp() }
        self.divergence.add(figures.divergence)
    }
}

/// Evidence by segment: at most 16 keys, of each the first 64 values and `(other)`.
package struct SegmentTable: Sendable {
    package static let keys = 16
    package static let values = 64
    private static let textBytes = 64

    /// In the order of their first pair.
    package private(set) var entries: [SegmentEvidence] = []
    private var places: [Segment: Int] = [:]
    private var valuesOfKey: [String: Int] = [:]

    package init() {}

    mutating func add(_ segments: [Segment], _ figures: PairFigures, candidate: Leg.Outcome) {
        for segment in segments {
            guard let index = self.index(of: segment) else { continue }
            self.entries[index].add(figures, candidate: candidate)
        }
    }

    private mutating func index(of segment: Segment) -> Int? {
        if let index = self.places[segment] { return index }
        let key = segment.key.cut(toBytes: Self.textBytes)
        let value = segment.value.cut(toBytes: Self.textBytes)
        let known = self.valuesOfKey[key]
        guard known != nil || self.valuesOfKey.count < Self.keys else { return nil }
        let kept = Segment(key: key, value: known ?? 0 < Self.values ? value : BoundedCounts.other)
        return self.places[kept] ?? self.append(kept)
    }

    private mutating func append(_ segment: Segment) -> Int {
        self.places[segment] = self.entries.count
        self.entries.append(SegmentEvidence(segment: segment))
        self.valuesOfKey[segment.key, default: 0] += segment.value == BoundedCounts.other ? 0 : 1
        return self.entries.count - 1
    }
}

extension SegmentTable: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.entries.count))
        for entry in self.entries {
            writer.write(entry.segment.key)
            writer.write(entry.segment.value)
            for count in [entry.pairs, entry.compared, entry.diverged, entry.flips, entry.candidateFailures] {
                writer.write(count)
            }
            entry.divergence.encode(into: &writer)
            entry.noise.encode(into: &writer)
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        for _ in 0..<(try reader.readCount(atMost: Self.keys * (Self.values + 1))) {
            let key = try reader.readText()
            let segment = Segment(key: key, value: try reader.readText())
            guard self.places[segment] == nil else { throw reader.damage("a segment twice") }
            let index = self.append(segment)
            self.entries[index].pairs = try reader.readUnsigned()
            self.entries[index].compared = try reader.readUnsigned()
            self.entries[index].diverged = try reader.readUnsigned()
            self.entries[index].flips = try reader.readUnsigned()
            self.entries[index].candidateFailures = try reader.readUnsigned()
            self.entries[index].divergence = try RunningMoments(from: &reader)
            self.entries[index].noise = try RunningMoments(from: &reader)
        }
        guard self.valuesOfKey.count <= Self.keys, self.valuesOfKey.values.allSatisfy({ $0 <= Self.values }) else {
            throw reader.damage("more segments than are kept apart")
        }
    }
}
