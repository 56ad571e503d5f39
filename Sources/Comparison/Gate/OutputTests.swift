/// The tests of one output: its distance, and how often it names another class.
package struct OutputTests: Sendable, Equatable {
    package let name: String
    package private(set) var divergence: ExcessTest
    /// Nil until an answer names a class.
    package private(set) var flips: ExcessTest?
    /// Answers the candidate owed before one named a class.
    private var owed: UInt64 = 0

    init(name: String, _ terms: GateTerms) {
        self.name = name
        self.divergence = ExcessTest(margin: terms.divergence)
    }

    mutating func add(_ output: GateObservation.Output, _ terms: GateTerms) {
        self.divergence.add(output.divergence, noise: output.noise)
        guard let flips = output.flips else { return }
        if self.flips == nil { self.nameClasses(terms) }
        self.flips?.add(flips ? 1 : 0, noise: output.noiseFlips.map { $0 ? 1 : 0 })
    }

    private mutating func nameClasses(_ terms: GateTerms) {
        var flips = ExcessTest(margin: terms.flips)
        for _ in 0..<self.owed { flips.add(1, noise: nil) }
        self.flips = flips
        self.owed = 0
    }

    /// The candidate owed this output: the largest distance there is.
    mutating func addMissing(isTriple: Bool) {
        self.divergence.add(1, noise: isTriple ? 0 : nil)
        if self.flips == nil, self.owed < GateEvidence.owedLimit { self.owed += 1 }
        self.flips?.add(1, noise: isTriple ? 0 : nil)
    }
}

extension OutputTests: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.name)
        writer.write(self.owed)
        self.divergence.encode(into: &writer)
        writer.write(self.flips != nil)
        self.flips?.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.name = try reader.readText()
        self.owed = try reader.readUnsigned()
        guard self.owed <= GateEvidence.owedLimit else { throw reader.damage("more answers owed than are counted") }
        self.divergence = try ExcessTest(from: &reader)
        self.flips = try reader.readFlag() ? try ExcessTest(from: &reader) : nil
    }
}
