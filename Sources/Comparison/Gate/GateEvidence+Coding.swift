extension GateEvidence {
    private static let kind: StaticString = "TGAT"
    private static let version: UInt8 = 1

    package func encoded() -> [UInt8] {
        var writer = BinaryWriter()
        self.terms.encode(into: &writer)
        for count in [self.pairs, self.invalid, self.failedFromStart, self.owed] { writer.write(count) }
        writer.write(self.feedback)
        writer.write(self.first ?? 0)
        writer.write(self.last ?? 0)
        for test in [self.validity, self.errors, self.quality, self.slower] { test.encode(into: &writer) }
        self.liveLoss.encode(into: &writer)
        self.candidateLoss.encode(into: &writer)
        self.tail.encode(into: &writer)
        writer.write(self.cloudOutput)
        self.cloud.encode(into: &writer)
        writer.write(self.outputs)
        writer.write(self.segments)
        return BinarySeal.seal(writer.bytes, kind: Self.kind, version: Self.version)
    }

    package init(decoding bytes: [UInt8]) throws(BinaryDamage) {
        var reader = BinaryReader(try BinarySeal.open(bytes, kind: Self.kind, version: Self.version))
        self.init(try GateTerms(from: &reader))
        self.pairs = try reader.readUnsigned()
        self.invalid = try reader.readUnsigned()
        self.failedFromStart = try reader.readUnsigned()
        self.owed = try reader.readUnsigned()
        guard max(self.invalid, self.failedFromStart, self.owed) <= self.pairs, self.owed <= Self.owedLimit else {
            throw reader.damage("more failures than pairs")
        }
        self.feedback = try reader.readSigned()
        let (first, last) = (try reader.readSigned(), try reader.readSigned())
        if self.pairs > 0 {
            guard first >= 0, first <= last else { throw reader.damage("a time that no pair had") }
            (self.first, self.last) = (first, last)
        }
        self.validity = try MarginTest(from: &reader)
        self.errors = try MarginTest(from: &reader)
        self.quality = try MarginTest(from: &reader)
        self.slower = try MarginTest(from: &reader)
        self.liveLoss = try RunningMoments(from: &reader)
        self.candidateLoss = try RunningMoments(from: &reader)
        self.tail = try ExcessTest(from: &reader)
        self.cloudOutput = try reader.readOptionalText()
        self.cloud = try WitnessBettingTest(from: &reader)
        self.outputs = try reader.readList(atMost: Self.outputLimit)
        for tests in try reader.readList(of: SegmentTests.self, atMost: SegmentTable.keys * SegmentTable.values) {
            guard self.places[tests.segment] == nil else { throw reader.damage("a segment twice") }
            _ = self.append(tests)
        }
        try reader.finish()
    }
}
