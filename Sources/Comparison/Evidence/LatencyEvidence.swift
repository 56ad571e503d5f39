import Glibc
import ServingCore

/// Times of all legs, alone and in pairs. Errors say nothing about time and are left out; a time-out counts with the time
/// it was given, so that a candidate that hangs looks slow, not absent.
package struct LatencyEvidence: Sendable, Equatable {
    package private(set) var live = LegLatency()
    package private(set) var candidate = LegLatency()
    package private(set) var noise = LegLatency()
    /// Logarithm of candidate by live, over pairs in which both gave an answer.
    package private(set) var candidateByLive = RunningMoments()
    /// Logarithm of candidate by live asked again.
    package private(set) var candidateByNoise = RunningMoments()

    package init() {}

    mutating func add(_ pair: Pair) {
        self.live.add(pair.live)
        self.candidate.add(pair.candidate)
        if let noise = pair.noise { self.noise.add(noise) }
        guard pair.candidate.hasAnswer else { return }
        if pair.live.hasAnswer { self.candidateByLive.add(pair.candidate.logarithm - pair.live.logarithm) }
        if let noise = pair.noise, noise.hasAnswer {
            self.candidateByNoise.add(pair.candidate.logarithm - noise.logarithm)
        }
    }
}

extension Leg {
    fileprivate var hasAnswer: Bool { self.outcome == .answered || self.outcome == .invalid }
    fileprivate var logarithm: Double { log(Double(max(1, self.nanoseconds))) }
}

extension LegLatency {
    fileprivate mutating func add(_ leg: Leg) {
        if leg.outcome != .error { self.add(nanoseconds: leg.nanoseconds) }
    }
}

extension LatencyEvidence: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        self.live.encode(into: &writer)
        self.candidate.encode(into: &writer)
        self.noise.encode(into: &writer)
        self.candidateByLive.encode(into: &writer)
        self.candidateByNoise.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.live = try LegLatency(from: &reader)
        self.candidate = try LegLatency(from: &reader)
        self.noise = try LegLatency(from: &reader)
        self.candidateByLive = try RunningMoments(from: &reader)
        self.candidateByNoise = try RunningMoments(from: &reader)
    }
}
