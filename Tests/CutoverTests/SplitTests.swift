import Cutover
import NIOCore
import NIOPosix
import Routing
import ServingCore
import Slots
import TestSupport
import Testing

@Suite("Clients that the candidate answers", .timeLimit(.minutes(1))) struct SplitTests {
    private static let seed = SplitBucket.seed(of: "m")

    @Test("A split is in the store, the audit log, the status and on every loop when it is acknowledged")
    func begins() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        #expect(before.split == SplitSettings(seed: Self.seed))
        let reply = try await workshop.split(.init(share: 0.05, key: .header("x-user")), .by("bob", reason: "go"))
        #expect(reply.action == "traffic")
        #expect(reply.status.split.share == 0.05 && reply.status.split.key == .header("x-user"))
        #expect(reply.status.split.seed == Self.seed && reply.status.split.stepBegan > 0)
        #expect(reply.status.revision == before.revision + 1)
        #expect(reply.status.generation == before.generation + 1)
        #expect(reply.status.traffic == before.traffic && reply.status.live == .blue)
        let entry = try workshop.lastEntry()
        #expect(entry.id == reply.audit && entry.action == "traffic" && entry.actor == "bob")
        #expect(
            entry.detail == "split 0.0 by id, seed \(Self.seed) -> 0.05 by header:x-user, seed \(Self.seed) "
                + "(fnv1a64-fmix64/1)"
        )
        let record = try #require(try await workshop.store.records().first)
        #expect(record.split == reply.status.split && record.traffic == nil)
        #expect(try await workshop.routed() == [.header("x-user"), .header("x-user")])
        #expect(await workshop.manager.splitCounts() == ["m": SplitCounts(epoch: 1, share: 0.05)])
    }

    @Test("Mirroring and split change together in one row, and one leaves the other")
    func together() async throws {
        let workshop = try await Workshop.started()
        let change = TrafficChange(shadow: 0.5, split: SplitChange(share: 0.25))
        let reply = try await workshop.manager.setTraffic(change, model: "m", .by())
        #expect(reply.status.traffic.shadow == 0.5 && reply.status.split.share == 0.25)
        #expect(
            try workshop.lastEntry().detail?.hasPrefix("shadow 1.0 -> 0.5, noise 0.1 -> 0.1, split 0.0 by id") == true
        )
        let later = try await workshop.setTraffic(noise: 0)
        #expect(later.status.split == reply.status.split)
        // Who answers did not change.
        #expect(later.status.generation == reply.status.generation)
    }

    @Test("The manifest names key and seed until somebody else does; both are kept")
    func defaults() async throws {
        let manifest = "slots: {blue: 1, green: 2}\nlive: blue\nsplit: {key: header:x-tenant, seed: 7}\n"
        let workshop = try await Workshop.started(manifest: manifest)
        #expect(try await workshop.status().split == SplitSettings(key: .header("x-tenant"), seed: 7))
        try await workshop.split(.init(share: 0.1))
        try await workshop.split(.init(key: .parameter("user"), seed: 8))
        let status = try await workshop.split(.init(share: 0)).status
        #expect(status.split.key == .parameter("user") && status.split.seed == 8 && status.split.share == 0)
        #expect(try await workshop.routed() == [nil, nil])
        #expect(try await workshop.split(.init(share: 0.2)).status.split.seed == 8)
    }

    @Test("Without a candidate that is ready a split is refused with the reason, and nothing changes")
    func refused() async throws {
        let workshop = try await Workshop.started(versions: [1: "one", 2: "two", 3: "wide three"])
        func expectRefusal(_ code: ControlError.Code, _ words: String) async throws {
            let before = try await workshop.status()
            let actions = workshop.actions
            let error = await refusal { try await workshop.split(.init(share: 0.05)) }
            #expect(error?.code == code && error?.message.contains(words) == true, "\(error?.message ?? "-")")
            let step = await refusal { try await workshop.manager.setSplitShare(0.05, model: "m", .by()) }
            #expect(step == error)
            #expect(try await workshop.status() == before)
            #expect(workshop.actions == actions)
            // Ending one that may run is always right.
            #expect(try await workshop.split(.init(share: 0)).status.split.share == 0)
        }
        try await workshop.promote()
        try await expectRefusal(.notReady, "slot blue of model 'm' holds the standby of the last promotion")
        try await workshop.rollback()
        try await workshop.unload(.green)
        try await expectRefusal(.notReady, "slot green of model 'm' is empty; a split needs a candidate")
        try await workshop.load(.green, 3, context: .by(force: true))
        try await expectRefusal(.contractBroken, "version 3 does not accept every request version 1 accepts")
        try await workshop.load(.green, 2)
        let gate = workshop.factory.hold("wide three")
        let loading = Task { try? await workshop.load(.green, 3, context: .by(force: true)) }
        #expect(await eventually { workshop.factory.builds.count { $0 == "wide three" } == 2 })
        try await expectRefusal(.slotBusy, "its version is about to be replaced")
        gate.open()
        _ = await loading.value
        try await workshop.unload(.blue, .by(force: true))
        try await expectRefusal(.notReady, "has no live version")
    }

    @Test("A key alone may be set at any time", arguments: [SplitChange(key: .header("x-user")), SplitChange(seed: 3)])
    func keyAlone(change: SplitChange) async throws {
        let workshop = try await Workshop.started()
        try await workshop.unload(.green)
        #expect(try await workshop.split(change).status.split.share == 0)
    }

    struct End: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let act: @Sendable (Workshop) async throws -> ActionReply
    }

    @Test(
        "Whatever takes the candidate away or moves traffic ends the split in the same commit",
        arguments: [
            End(testDescription: "promote") { try await $0.promote() },
            End(testDescription: "unload") { try await $0.unload(.green) },
            End(testDescription: "replace") { try await $0.load(.green, 3) },
            End(testDescription: "unload live") { try await $0.unload(.blue, .by(force: true)) },
        ]
    )
    func ends(_ end: End) async throws {
        let workshop = try await Workshop.started()
        try await workshop.split(.init(share: 0.05, key: .header("x-user"), ramp: [0.5, 1]))
        let commits = workshop.store.calls(.commit)
        let reply = try await end.act(workshop)
        #expect(workshop.store.calls(.commit) == commits + 1)
        let split = reply.status.split
        #expect(split.share == 0 && split.ramp.isEmpty && split.key == .header("x-user") && split.seed == Self.seed)
        #expect(try workshop.lastEntry().detail == "split 0.05 -> 0.0")
        #expect(try await workshop.store.records().first?.split == split)
        #expect(try await workshop.routed() == [nil, nil])
        #expect(await workshop.manager.splitCounts().isEmpty)
    }

    @Test("A rollback leaves no split behind, and one that is rolled back may get clients again")
    func rollback() async throws {
        let workshop = try await Workshop.started()
        try await workshop.promote()
        let reply = try await workshop.rollback()
        #expect(reply.status.split.share == 0)
        #expect(try await workshop.split(.init(share: 0.5)).status.split.share == 0.5)
    }

    @Test("A split survives a restart, and so does its end")
    func restart() async throws {
        let workshop = try await Workshop.started()
        let split = try await workshop.split(.init(key: .header("x-user"), ramp: [0.05, 0.5], stepTime: 5_000_000))
            .status.split
        let second = try await workshop.restarted()
        #expect(try await second.status().split == split)
        #expect(try await second.routed() == [.header("x-user"), .header("x-user")])
        try await second.split(.init(share: 0))
        let third = try await second.restarted()
        #expect(try await third.status().split.share == 0)
        #expect(try await third.routed() == [nil, nil])
    }

    @Test("A promotion that was begun and not confirmed leaves the split as it was")
    func unconfirmed() async throws {
        let workshop = try await Workshop.started()
        try await workshop.split(.init(share: 0.05))
        workshop.store.fail(.commit)
        #expect(await refusal { try await workshop.promote() }?.code == .storeUnavailable)
        #expect(try await workshop.status().split.share == 0.05)
        #expect(try await workshop.routed() == [.requestID, .requestID])
        let restarted = try await workshop.restarted()
        #expect(try await restarted.status().split.share == 0.05)
        #expect(try await restarted.routedVersion() == 1)
        #expect(try await restarted.routed() == [.requestID, .requestID])
    }

    @Test("A split that cannot be stored is not published")
    func storeFails() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        workshop.store.fail(.commit)
        #expect(await refusal { try await workshop.split(.init(share: 0.05)) }?.code == .storeUnavailable)
        #expect(try await workshop.status() == before)
        #expect(try await workshop.routed() == [nil, nil])
    }

    @Test("A ramp goes on step by step, at the revision it was looked at, and back to none")
    func ramp() async throws {
        let workshop = try await Workshop.started()
        let begun = try await workshop.split(.init(ramp: [0.01, 0.05, 1], stepTime: 60_000_000)).status
        #expect(begun.split.share == 0.01 && begun.split.ramp == [0.05, 1] && begun.split.stepTime == 60_000_000)
        #expect(
            try workshop.lastEntry().detail?.hasSuffix(
                "-> 0.01 by id, seed \(Self.seed), then 0.05 1.0 every 60 s "
                    + "(fnv1a64-fmix64/1)"
            ) == true
        )
        let next = try await workshop.manager.setSplitShare(0.05, model: "m", .by("teal", revision: begun.revision))
        #expect(next.action == "traffic" && next.status.split.ramp == [1] && next.status.split.share == 0.05)
        #expect(next.status.split.stepBegan >= begun.split.stepBegan)
        let late = await refusal {
            try await workshop.manager.setSplitShare(1, model: "m", .by("teal", revision: begun.revision))
        }
        #expect(late?.code == .staleRevision)
        let ended = try await workshop.manager.setSplitShare(0, model: "m", .by("teal"))
        #expect(ended.status.split.share == 0 && ended.status.split.ramp.isEmpty)
        #expect(try workshop.lastEntry().actor == "teal")
        let wrong = await refusal { try await workshop.manager.setSplitShare(.nan, model: "m", .by()) }
        #expect(wrong?.code == .invalidRequest)
    }

    @Test("A call repeated with its key gets its reply again; with another split it is refused")
    func replay() async throws {
        let workshop = try await Workshop.started()
        let first = try await workshop.split(.init(share: 0.05), .by(key: "k"))
        let again = try await workshop.split(.init(share: 0.05), .by(key: "k"))
        #expect(again.replayed && again.audit == first.audit)
        for change in [SplitChange(share: 0.06), SplitChange(share: 0.05, seed: 1), SplitChange(ramp: [0.05])] {
            let other = await refusal { try await workshop.split(change, .by(key: "k")) }
            #expect(other?.code == .idempotencyKeyReused)
        }
    }

    @Test("Counts begin anew with another share, key or seed, and with nothing else")
    func epochs() async throws {
        let workshop = try await Workshop.started()
        try await workshop.split(.init(share: 0.5))
        try await workshop.ask(for: ["a", "b", nil])
        var counts = try #require(await workshop.manager.splitCounts()["m"])
        #expect(counts.epoch == 1 && counts.live + counts.candidate == 4 && counts.unkeyed == 2)
        #expect(counts.liveClients + counts.candidateClients == 2)
        // The same again, and what does not concern who answers whom.
        try await workshop.split(.init(share: 0.5))
        try await workshop.setTraffic(shadow: 0.5)
        try await workshop.ask(for: ["c"])
        counts = try #require(await workshop.manager.splitCounts()["m"])
        #expect(counts.epoch == 1 && counts.live + counts.candidate == 6)
        for (number, change) in [
            SplitChange(share: 0.6), SplitChange(key: .header("x-user")), SplitChange(seed: 1),
        ].enumerated() {
            try await workshop.split(change)
            counts = try #require(await workshop.manager.splitCounts()["m"])
            #expect(counts == SplitCounts(epoch: UInt64(number) + 2, share: 0.6))
            try await workshop.ask(for: ["a"])
        }
        try await workshop.split(.init(share: 0))
        #expect(await workshop.manager.splitCounts().isEmpty)
    }
}

extension Workshop {
    @discardableResult
    fileprivate func split(_ change: SplitChange, _ context: ActionContext = operatorOne) async throws -> ActionReply {
        try await self.manager.setTraffic(TrafficChange(split: change), model: "m", context)
    }

    /// The key each loop splits by; nil where it does not.
    fileprivate func routed() async throws -> [SplitKey?] {
        var keys: [SplitKey?] = []
        for loop in Self.group.makeIterator() {
            let publisher = self.publisher
            keys.append(try await loop.submit { publisher.routing(on: loop)?.table.models["m"]?.split?.key }.get())
        }
        return keys
    }

    /// A request of each client on each loop.
    fileprivate func ask(for clients: [String?]) async throws {
        for loop in Self.group.makeIterator() {
            let publisher = self.publisher
            try await loop.submit {
                let split = publisher.routing(on: loop)?.table.models["m"]?.split
                for client in clients { _ = split?.candidate(for: client) }
            }.get()
        }
    }
}
