import ServingCore
import Telemetry
import Testing

@Suite("Counts of a split") struct SplitCountersTests {
    private func count(_ clients: Range<Int>, epoch: UInt64 = 1, share: Double = 0.2) -> SplitTally {
        let counters = SplitCounters(epoch: epoch, share: share)
        for number in clients {
            let client = SplitBucket(key: "user-\(number)", seed: 7)
            counters.count(client, isCandidate: client.isCandidate(share: share))
        }
        return counters.tally
    }

    @Test("requests are counted by side, clients once however many requests they send")
    func counts() {
        let counters = SplitCounters(epoch: 3, share: 0.2)
        let users = (0..<100).map { SplitBucket(key: "user-\($0)", seed: 7) }
        let candidates = UInt64(users.count { $0.isCandidate(share: 0.2) })
        for _ in 0..<3 {
            for user in users { counters.count(user, isCandidate: user.isCandidate(share: 0.2)) }
            counters.countUnkeyed()
        }
        #expect(
            counters.tally.counts
                == SplitCounts(
                    epoch: 3,
                    share: 0.2,
                    live: 300 - 3 * candidates,
                    candidate: 3 * candidates,
                    unkeyed: 3,
                    liveClients: 100 - candidates,
                    candidateClients: candidates
                )
        )
    }

    @Test("loops add up, and a client that came to both is one")
    func merges() {
        var sum = self.count(0..<60)
        sum.merge(self.count(40..<100))
        let counts = sum.counts
        #expect(counts.live + counts.candidate == 120)
        #expect(counts.liveClients + counts.candidateClients == 100)
        #expect(counts.candidateClients == self.count(0..<100).counts.candidateClients)
    }

    @Test("counts of another configuration are not added, whichever loop is ahead")
    func epochs() {
        let (old, new) = (self.count(0..<50, epoch: 1, share: 0.05), self.count(0..<10, epoch: 2))
        for (first, second) in [(old, new), (new, old)] {
            var sum = first
            sum.merge(second)
            #expect(sum.counts == new.counts)
        }
    }

    @Test("as many clients are told apart as fit, and the requests of all are counted")
    func bounded() {
        let counts = self.count(0..<10_000).counts
        #expect(counts.live + counts.candidate == 10_000)
        #expect(counts.liveClients + counts.candidateClients == 4_096)
        #expect(abs(Double(counts.candidateClients) / 4_096 - 0.2) < 0.025)
    }
}
