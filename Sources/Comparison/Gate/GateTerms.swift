package import ServingCore

/// What of a policy the running tests depend on. Everything else is applied when a verdict is made, so that it may change
/// without losing what was seen; a test whose margin changes begins anew, because a margin chosen after looking at the
/// data would void its guarantee.
package struct GateTerms: Sendable, Equatable {
    /// Whose harm is looked for.
    package enum Subject: UInt8, Sendable {
        /// The side that does not answer clients, before a promotion.
        case candidate
        /// The side that answers clients, after one: held against the standby.
        case live
    }

    package var subject: Subject
    package var validity: Double
    package var errors: Double
    package var divergence: Double
    package var flips: Double
    package var tail: Double
    package var quality: Double
    /// A segment may be worse than the whole by this factor.
    package var segments: Double
    package var tailThreshold: Double
    package var medianRatio: Double
    /// Nanoseconds.
    package var medianSlack: UInt64
    package var latencyBaseline: GatePolicy.LatencyBaseline

    package init(_ policy: GatePolicy, subject: Subject) {
        self.subject = subject
        self.validity = policy.rule(.validity).margin
        self.errors = policy.rule(.errors).margin
        self.divergence = policy.rule(.divergence).margin
        self.flips = policy.rule(.flips).margin
        self.tail = policy.rule(.tail).margin
        self.quality = policy.rule(.quality).margin
        self.segments = policy.rule(.segments).margin
        self.tailThreshold = policy.tailThreshold
        self.medianRatio = policy.rule(.latencyMedian).margin
        self.medianSlack = policy.medianSlack
        self.latencyBaseline = policy.latencyBaseline
    }

    /// Half of the pairs may be slower by more than the ratio when nothing has changed; this many more may not.
    package static let medianMargin = 0.55
}

extension GateTerms: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.subject.rawValue))
        for value in [
            self.validity, self.errors, self.divergence, self.flips, self.tail, self.quality, self.segments,
            self.tailThreshold, self.medianRatio,
        ] { writer.write(value) }
        writer.write(self.medianSlack)
        writer.write(self.latencyBaseline.rawValue)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        let subject = try reader.readUnsigned()
        self.init(GatePolicy(), subject: subject == 1 ? .live : .candidate)
        guard subject <= 1 else { throw reader.damage("an unknown subject") }
        self.validity = try reader.readFinite()
        self.errors = try reader.readFinite()
        self.divergence = try reader.readFinite()
        self.flips = try reader.readFinite()
        self.tail = try reader.readFinite()
        self.quality = try reader.readFinite()
        self.segments = try reader.readFinite()
        self.tailThreshold = try reader.readFinite()
        self.medianRatio = try reader.readFinite()
        self.medianSlack = try reader.readUnsigned()
        guard let baseline = GatePolicy.LatencyBaseline(rawValue: try reader.readText()) else {
            throw reader.damage("an unknown baseline")
        }
        self.latencyBaseline = baseline
    }
}
