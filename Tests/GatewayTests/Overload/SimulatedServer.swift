import Glibc
import TestSupport

/// What became of the requests that arrived in a span of a simulation. Times are nanoseconds.
struct SimulatedOutcome {
    var answered: [UInt64] = []
    var refused: [UInt64] = []
    /// When the last of all was refused.
    var lastRefusal: UInt64 = 0

    static func percentile(_ share: Double, of times: [UInt64]) -> UInt64 {
        let sorted = times.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var p99: UInt64 { Self.percentile(0.99, of: self.answered) }

    /// Takes note of a request that arrived at `arrival`, if that was in `span`.
    mutating func note(_ arrival: UInt64, at time: UInt64, isRefused: Bool, _ span: Range<UInt64>) {
        if isRefused { self.lastRefusal = max(self.lastRefusal, time) }
        guard span.contains(arrival) else { return }
        if isRefused { self.refused.append(time - arrival) } else { self.answered.append(time - arrival) }
    }
}

/// Requests that arrive by chance, at rates that change; the same ones from the same seed.
struct Arrivals {
    /// When, ascending.
    let times: [UInt64]

    /// - Parameter phases: how many a second, until when.
    init(_ phases: [(rate: Double, until: UInt64)], seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var times: [UInt64] = []
        var now = 0.0
        for phase in phases {
            while true {
                now += -1e9 / phase.rate * Arrivals.logarithm(&random)
                guard now < Double(phase.until) else { break }
                times.append(UInt64(now))
            }
            now = Double(phase.until)
        }
        self.times = times
    }

    /// Of a number between 0 and 1.
    static func logarithm(_ random: inout SeededRandom) -> Double {
        log(Double.random(in: Double.ulpOfOne...1, using: &random))
    }
}
