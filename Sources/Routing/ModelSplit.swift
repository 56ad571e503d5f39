package import ServingCore
package import Slots
import Telemetry

/// Which share of a model's clients the candidate answers, as the control plane decided; every event loop builds its own
/// `ModelSplit` from it.
package struct SplitPlan: Sendable, Equatable {
    /// Above 0, at most 1.
    package let share: Double
    package let key: SplitKey
    package let seed: Int64
    /// Another number for another configuration, so that the counts of two are never mixed.
    package let epoch: UInt64

    package init(share: Double, key: SplitKey, seed: Int64, epoch: UInt64) {
        self.share = share
        self.key = key
        self.seed = seed
        self.epoch = epoch
    }
}

/// One event loop's split of one model. There is none unless both versions are ready: the handles of one table answer
/// until the last request that has them is done, so a request never finds its side gone.
package final class ModelSplit {
    package let key: SplitKey
    private let share: Double
    private let seed: Int64
    private let candidate: SlotHandle
    let counters: SplitCounters

    /// - Parameter counters: of the same configuration, to go on with; nil begins new ones.
    init(_ plan: SplitPlan, candidate: SlotHandle, counters: SplitCounters?) {
        self.key = plan.key
        self.share = plan.share
        self.seed = plan.seed
        self.candidate = candidate
        self.counters = counters ?? SplitCounters(epoch: plan.epoch, share: plan.share)
    }

    /// The candidate, if it is to answer the client whose key has this value; nil leaves the request to the live version.
    /// Call it once for a request: it counts.
    package func candidate(for value: String?) -> SlotHandle? {
        // An empty value names no client, or all that have none.
        guard let value, !value.isEmpty else {
            self.counters.countUnkeyed()
            return nil
        }
        let client = SplitBucket(key: value, seed: self.seed)
        let isCandidate = client.isCandidate(share: self.share)
        self.counters.count(client, isCandidate: isCandidate)
        return isCandidate ? self.candidate : nil
    }

    /// The header to be kept of each request.
    var header: String? {
        switch self.key {
        case .requestID: LoopRouting.requestIDHeader
        case .header(let name): name
        case .parameter: nil
        }
    }

    /// The V2 parameter to be kept of each request.
    var parameter: String? { if case .parameter(let name) = self.key { name } else { nil } }
}
