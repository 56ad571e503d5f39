/// What the pairs of a release show about one output. Memory is bounded, whatever comes.
package struct OutputEvidence: Sendable {
    package let name: String
    package private(set) var compared: UInt64 = 0
    /// Pairs outside what the comparator counts as equal.
    package private(set) var diverged: UInt64 = 0
    package private(set) var divergence = DivergenceDistribution()
    /// Live against live asked again.
    package private(set) var noise = DivergenceDistribution()
    /// Divergence minus noise, over the pairs where both were measured (statistics B1).
    package private(set) var excess = RunningMoments()
    /// Pairs in which both answers name a class.
    package private(set) var classed: UInt64 = 0
    package private(set) var flips: UInt64 = 0
    package private(set) var confusion = ConfusionCounts()
    /// Candidate minus live, in the output's unit.
    package private(set) var signedError = RunningMoments()
    package private(set) var larger: UInt64 = 0
    package private(set) var smaller: UInt64 = 0
    package private(set) var details = DetailMeans()
    package private(set) var fields = FieldTable()
    package private(set) var structure = BoundedCounts()

    static let nameBytes = 256

    init(name: String) { self.name = name }

    /// Either may be missing: a candidate that did not answer, a pair without noise.
    mutating func add(_ comparison: OutputComparison?, noise: OutputComparison?) {
        if let noise {
            self.noise.add(noise.divergence.asDivergence)
            self.fields.add(noise.fields, isNoise: true)
        }
        guard let comparison else { return }
        let divergence = comparison.divergence.asDivergence
        self.compared.countUp()
        if comparison.diverged { self.diverged.countUp() }
        self.divergence.add(divergence)
        if let noise { self.excess.add(divergence - noise.divergence.asDivergence) }
        if let flip = comparison.flip {
            self.classed.countUp()
            if flip { self.flips.countUp() }
        }
        if let live = comparison.liveClass, let candidate = comparison.candidateClass {
            self.confusion.add(live: live, candidate: candidate)
        }
        if let error = comparison.signedError {
            self.signedError.add(error)
            if error > 0 { self.larger.countUp() }
            if error < 0 { self.smaller.countUp() }
        }
        if !comparison.details.isEmpty { self.details.add(comparison.details) }
        self.fields.add(comparison.fields, isNoise: false)
        if let sentence = comparison.structure { self.structure.add(sentence) }
    }
}

extension Double {
    /// What no comparator may give counts as the worst.
    var asDivergence: Double { self.isNaN ? 1 : min(max(self, 0), 1) }
}

extension OutputEvidence: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.name)
        for count in [self.compared, self.diverged, self.classed, self.flips, self.larger, self.smaller] {
            writer.write(count)
        }
        self.divergence.encode(into: &writer)
        self.noise.encode(into: &writer)
        self.excess.encode(into: &writer)
        self.confusion.encode(into: &writer)
        self.signedError.encode(into: &writer)
        self.details.encode(into: &writer)
        self.fields.encode(into: &writer)
        self.structure.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.name = try reader.readText()
        self.compared = try reader.readUnsigned()
        self.diverged = try reader.readUnsigned()
        self.classed = try reader.readUnsigned()
        self.flips = try reader.readUnsigned()
        self.larger = try reader.readUnsigned()
        self.smaller = try reader.readUnsigned()
        self.divergence = try DivergenceDistribution(from: &reader)
        self.noise = try DivergenceDistribution(from: &reader)
        self.excess = try RunningMoments(from: &reader)
        self.confusion = try ConfusionCounts(from: &reader)
        self.signedError = try RunningMoments(from: &reader)
        self.details = try DetailMeans(from: &reader)
        self.fields = try FieldTable(from: &reader)
        self.structure = try BoundedCounts(from: &reader)
    }
}
