package import ServingCore
import Synchronization
package import Telemetry

/// Counts both legs of the pairs that pass to `next`, by release, until somebody takes the counts.
package final class LegMeter: PairSink {
    package struct Legs: Sendable {
        package struct Side: Sendable {
            package fileprivate(set) var errors: UInt64 = 0
            package fileprivate(set) var times = LatencyHistogram()

            fileprivate mutating func add(_ leg: Leg) {
                if leg.outcome != .answered { self.errors += 1 }
                self.times.record(nanoseconds: leg.nanoseconds)
            }
        }

        package fileprivate(set) var pairs: UInt64 = 0
        package fileprivate(set) var live = Side()
        package fileprivate(set) var candidate = Side()
    }

    private let next: any PairSink
    /// Held for moments, by the mirrored leg's threads and whoever takes the counts.
    private let legs = Mutex<[Int64: Legs]>([:])

    package init(_ next: any PairSink) { self.next = next }

    package func accept(_ pair: Pair) {
        self.legs.withLock { legs in
            legs[pair.release, default: Legs()].pairs += 1
            legs[pair.release, default: Legs()].live.add(pair.live)
            legs[pair.release, default: Legs()].candidate.add(pair.candidate)
        }
        self.next.accept(pair)
    }

    /// What was counted since the last time.
    package func take() -> [Int64: Legs] {
        self.legs.withLock { legs in
            defer { legs = [:] }
            return legs
        }
    }
}
