package import Comparison
import Glibc

/// How the times of each leg are distributed, on steps of equal ratio: 20 for each power of ten, 12 % each.
package struct LatencyCurves: Sendable, Codable, Equatable {
    package static let stepsPerDecade = 20

    /// Answers whose time was in `from..<to`, microseconds.
    package struct Step: Sendable, Codable, Equatable {
        package var from: Double
        package var to: Double
        package var count: UInt64

        package init(from: Double, to: Double, count: UInt64) {
            self.from = from
            self.to = to
            self.count = count
        }
    }

    /// Ascending, without empty steps.
    package var live: [Step]
    package var candidate: [Step]
    package var noise: [Step]

    package init(_ latency: LatencyEvidence) {
        self.init(live: latency.live, candidate: latency.candidate, noise: latency.noise)
    }

    package init(live: LegLatency, candidate: LegLatency, noise: LegLatency) {
        self.live = Self.steps(live)
        self.candidate = Self.steps(candidate)
        self.noise = Self.steps(noise)
    }

    private static func steps(_ leg: LegLatency) -> [Step] {
        leg.steps(perDecade: Self.stepsPerDecade).map { step, count in
            Step(from: Self.edge(step), to: Self.edge(step + 1), count: count)
        }
    }

    /// Steps are counted from a nanosecond.
    private static func edge(_ step: Int) -> Double {
        pow(10, Double(step) / Double(Self.stepsPerDecade) - 3)
    }
}
