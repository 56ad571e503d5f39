package import ServingCore

/// What one event loop counts about one model's split, under one configuration. Written on that loop only.
package final class SplitCounters {
    package private(set) var tally: SplitTally

    package init(epoch: UInt64, share: Double) {
        self.tally = SplitTally(epoch: epoch, share: share)
    }

    package func count(_ client: SplitBucket, isCandidate: Bool) {
        if isCandidate { self.tally.candidate &+= 1 } else { self.tally.live &+= 1 }
        if self.tally.clients.count < Self.clients { self.tally.clients.insert(client) }
    }

    package func countUnkeyed() { self.tally.unkeyed &+= 1 }

    /// Enough to see a share of 5 % that is 6 %, in 64 KiB.
    private static let clients = 4_096
}

/// Counts of one event loop or, merged, of all.
package struct SplitTally: Sendable {
    package let epoch: UInt64
    package let share: Double
    package fileprivate(set) var live: UInt64 = 0
    package fileprivate(set) var candidate: UInt64 = 0
    package fileprivate(set) var unkeyed: UInt64 = 0
    /// Those seen first, on whichever loop: a client may come to several.
    fileprivate var clients: Set<SplitBucket> = []

    fileprivate init(epoch: UInt64, share: Double) {
        self.epoch = epoch
        self.share = share
    }

    /// Adds what another loop counted. A loop that is a configuration behind or ahead does not count.
    package mutating func merge(_ other: SplitTally) {
        guard other.epoch == self.epoch else {
            if other.epoch > self.epoch { self = other }
            return
        }
        self.live &+= other.live
        self.candidate &+= other.candidate
        self.unkeyed &+= other.unkeyed
        self.clients.formUnion(other.clients)
    }

    package var counts: SplitCounts {
        let candidates = UInt64(self.clients.count { $0.isCandidate(share: self.share) })
        return SplitCounts(
            epoch: self.epoch,
            share: self.share,
            live: self.live,
            candidate: self.candidate,
            unkeyed: self.unkeyed,
            liveClients: UInt64(self.clients.count) &- candidates,
            candidateClients: candidates
        )
    }
}
