package import NIOCore
import Remote
package import Telemetry
package import Upstream

/// Publishes routing to every event loop. `publish` returns once every loop routes by the new plan, so "live" is
/// never reported early.
package struct RoutingPublisher: Sendable {
    private let loops: EventLoopLocal<LoopRouting>

    package init(group: any EventLoopGroup) async throws {
        self.loops = try await EventLoopLocal(group: group) { loop in LoopRouting(on: loop) }
    }

    /// The routing of `loop`; call it on that loop.
    package func routing(on loop: any EventLoop) -> LoopRouting? {
        self.loops.value(on: loop)
    }

    /// The loops must be running: one that has shut down never answers (SwiftNIO drops the task), and neither does this.
    package func publish(_ plan: RoutingPlan) async throws {
        _ = try await self.loops.onEachLoop { $0.install(plan) }
    }

    /// Returns once every loop mirrors by `plans`, and nothing enters a lane that is not among them.
    package func publish(_ plans: [String: MirrorPlan]) async throws {
        _ = try await self.loops.onEachLoop { $0.install(plans) }
    }

    /// What all loops counted of the splits they run, added up, by model.
    package func splits() async throws -> [String: SplitTally] {
        var sum: [String: SplitTally] = [:]
        for tallies in try await self.loops.onEachLoop({ $0.splitTallies }) {
            sum.merge(tallies) { mine, theirs in
                var both = mine
                both.merge(theirs)
                return both
            }
        }
        return sum
    }

    /// What all loops counted of live requests to remote servers, added up, by version.
    package func upstreams() async throws -> [LoopUpstreams.Key: UpstreamCounters] {
        var sum: [LoopUpstreams.Key: UpstreamCounters] = [:]
        for counters in try await self.loops.onEachLoop({ $0.upstreams.counters }) {
            sum.merge(counters) { mine, theirs in
                var both = mine
                both.merge(theirs)
                return both
            }
        }
        return sum
    }

    /// What all loops counted, added up.
    package func snapshot() async throws -> MetricsSnapshot {
        var sum = MetricsSnapshot()
        for snapshot in try await self.loops.onEachLoop({ $0.snapshot() }) { sum.merge(snapshot) }
        return sum
    }
}
