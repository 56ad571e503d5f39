import Inference
import NIOCore
import NIOPosix
import Routing
import ServingCore
import Shadow
import Slots
import Telemetry
import TestSupport
import Testing

@Suite("Splits on the event loops") struct ModelSplitTests {
    let ledger = LeaseLedger()

    private func plan(
        _ generation: UInt64,
        _ split: SplitPlan?,
        live: Slot? = .blue,
        loaded: [Slot] = [.blue, .green]
    ) throws -> RoutingPlan {
        var leases: [Slot: Lease] = [:]
        for slot in loaded {
            let model = try LoadedModel.fake(version: slot == .blue ? 1 : 2)
            leases[slot] = self.ledger.open(slot, generation: generation, model: model)
        }
        let entry = RoutingPlan.Entry(live: live, leases: leases, allowsSlotHeader: false, split: split)
        return RoutingPlan(generation: generation, isReady: true, models: ["m": entry])
    }

    private func split(_ key: SplitKey = .header("x-user"), share: Double = 0.5, epoch: UInt64 = 1) -> SplitPlan {
        SplitPlan(share: share, key: key, seed: 7, epoch: epoch)
    }

    @Test("the candidate is the slot that is not live", arguments: Slot.allCases)
    func candidate(live: Slot) throws {
        let routing = LoopRouting()
        routing.install(try self.plan(1, self.split(share: 1), live: live))
        let split = try #require(routing.table.models["m"]?.split)
        #expect(split.candidate(for: "a")?.slot == live.other)
        #expect(split.candidate(for: nil) == nil && split.candidate(for: "") == nil)
    }

    @Test(
        "without two versions that answer there is no split",
        arguments: [(Slot?.some(.blue), [Slot.blue]), (.blue, [.green]), (nil, [.blue, .green]), (.blue, [])]
    )
    func incomplete(live: Slot?, loaded: [Slot]) throws {
        let routing = LoopRouting()
        routing.install(try self.plan(1, self.split(), live: live, loaded: loaded))
        #expect(routing.table.models["m"] != nil && routing.table.models["m"]?.split == nil)
        #expect(routing.splitTallies.isEmpty)
    }

    @Test("what requests must keep for the key follows the split, beside what is mirrored")
    func captured() throws {
        let routing = LoopRouting()
        let (live, other) = (try LoadedModel.fake(), try LoadedModel.fake(version: 2))
        let release = Release(
            id: 7,
            model: "m",
            kind: .candidate,
            live: .init(slot: .blue, version: 1, digest: "digest-1"),
            candidate: .init(slot: .green, version: 2, digest: "digest-2")
        )
        let service = ShadowService(sink: CollectedPairs(), now: { 1_000 }, memoryIsShort: { false })
        let trial = service.open(release, live: live, candidate: other, limits: ShadowLimits())
        let mirror = MirrorPlan(
            trial: trial,
            settings: TrafficSettings(),
            segments: [.header("x-tenant"), .parameter("label")]
        )
        routing.install(try self.plan(1, self.split(.header("x-user"))))
        #expect(routing.capturedHeaders == ["x-user"])
        #expect(routing.table.models["m"]?.parameters == [])
        routing.install(["m": mirror])
        #expect(routing.capturedHeaders == ["x-request-id", "x-tenant", "x-user"])
        #expect(routing.table.models["m"]?.parameters == ["label"])
        routing.install(try self.plan(2, self.split(.parameter("label"))))
        #expect(routing.capturedHeaders == ["x-request-id", "x-tenant"])
        #expect(routing.table.models["m"]?.parameters == ["label"])
        routing.install(try self.plan(3, self.split(.parameter("user"))))
        #expect(routing.table.models["m"]?.parameters == ["label", "user"])
        routing.install([:])
        #expect(routing.capturedHeaders == [] && routing.table.models["m"]?.parameters == ["user"])
        routing.install(try self.plan(4, self.split(.requestID)))
        #expect(routing.capturedHeaders == ["x-request-id"] && routing.table.models["m"]?.parameters == [])
        routing.install(try self.plan(5, nil))
        #expect(routing.capturedHeaders == [])
        service.shutDown()
    }

    @Test("counts go on over generations, begin anew with an epoch and end with the split")
    func counts() throws {
        let routing = LoopRouting()
        func seen(_ generation: UInt64, _ split: SplitPlan?) throws -> SplitCounts? {
            routing.install(try self.plan(generation, split))
            _ = routing.table.models["m"]?.split?.candidate(for: "user-\(generation)")
            _ = routing.table.models["m"]?.split?.candidate(for: nil)
            return routing.splitTallies["m"]?.counts
        }
        #expect(try seen(1, self.split())?.unkeyed == 1)
        let second = try #require(try seen(2, self.split()))
        #expect(second.unkeyed == 2 && second.live + second.candidate == 2)
        let third = try #require(try seen(3, self.split(share: 0.75, epoch: 2)))
        #expect(third.epoch == 2 && third.share == 0.75 && third.unkeyed == 1)
        #expect(try seen(4, nil) == nil)
        #expect(try seen(5, self.split(epoch: 3))?.unkeyed == 1)
    }

    @Test("the counts of all loops are added up, and a client of both is one")
    func allLoops() async throws {
        let group = TestThreads.twoLoops
        let publisher = try await RoutingPublisher(group: group)
        try await publisher.publish(self.plan(1, self.split()))
        for loop in group.makeIterator() {
            try await loop.submit {
                let split = publisher.routing(on: loop)?.table.models["m"]?.split
                for number in 0..<50 { _ = split?.candidate(for: "user-\(number)") }
            }.get()
        }
        let counts = try #require(try await publisher.splits()["m"]).counts
        #expect(counts.live + counts.candidate == 100 && counts.liveClients + counts.candidateClients == 50)
    }
}
