import Cutover
import NIOCore
import NIOPosix
import Routing
import ServingCore
import Shadow
import TestSupport
import Testing

@Suite("Shares of traffic that are mirrored", .timeLimit(.minutes(1))) struct TrafficTests {
    @Test("A change is in the status, the audit log and the store before it is acknowledged")
    func change() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        #expect(before.traffic == TrafficSettings())
        let reply = try await workshop.setTraffic(shadow: 0.25, .by("bob", reason: "too much"))
        let expected = TrafficSettings(shadow: 0.25, noise: 0.1)
        #expect(reply.action == "traffic" && !reply.replayed)
        #expect(reply.status.traffic == expected)
        #expect(reply.status.revision == before.revision + 1)
        #expect(reply.status.generation == before.generation)
        let entry = try workshop.lastEntry()
        #expect(entry.id == reply.audit && entry.action == "traffic")
        #expect(entry.actor == "bob" && entry.reason == "too much")
        #expect(entry.detail == "shadow 1.0 -> 0.25, noise 0.1 -> 0.1")
        #expect(entry.liveBefore == .blue && entry.liveAfter == .blue)
        #expect(entry.revision == reply.status.revision && entry.digests.count == 2)
        #expect(try await workshop.store.records().first?.traffic == expected)
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
    }

    @Test("What is not given stays as it is, and promotions and restarts keep it")
    func keeps() async throws {
        let workshop = try await Workshop.started()
        try await workshop.setTraffic(shadow: 0.5)
        try await workshop.setTraffic(noise: 0)
        try await workshop.promote()
        let expected = TrafficSettings(shadow: 0.5, noise: 0)
        #expect(try await workshop.status().traffic == expected)
        let restarted = try await workshop.restarted()
        #expect(try await restarted.status().traffic == expected)
        #expect(try await restarted.routedVersion() == 2)
    }

    @Test("A reset gives the shares back to the manifest, for good, and is in the audit log")
    func reset() async throws {
        let workshop = try await Workshop.started()
        #expect(try await workshop.status().isTrafficSet == false)
        try await workshop.setTraffic(shadow: 0.5)
        #expect(try await workshop.status().isTrafficSet)
        let reply = try await workshop.resetTraffic(.by("bob", key: "k", reason: "enough"))
        #expect(reply.status.traffic == TrafficSettings() && !reply.status.isTrafficSet)
        let entry = try workshop.lastEntry()
        #expect(entry.id == reply.audit && entry.action == "traffic" && entry.actor == "bob")
        #expect(entry.detail == "shadow 0.5 -> 1.0, noise 0.1 -> 0.1, as the manifest says")
        #expect(try await workshop.store.records().first?.traffic == nil)
        #expect(try await workshop.resetTraffic(.by(key: "k")).replayed)
        let other = await refusal { try await workshop.setTraffic(shadow: 1, .by(key: "k")) }
        #expect(other?.code == .idempotencyKeyReused)
        #expect(try await workshop.restarted().status().traffic == TrafficSettings())
    }

    @Test("A reset with shares is refused")
    func resetWithShares() async throws {
        let workshop = try await Workshop.started()
        let change = TrafficChange(noise: 0, resets: true)
        let error = await refusal { try await workshop.manager.setTraffic(change, model: "m", .by()) }
        #expect(error == ControlError(.invalidRequest, "`reset` goes with neither `shadow` nor `noise`"))
        #expect(!workshop.actions.contains("traffic"))
    }

    @Test("Every loop mirrors by the new shares when the change is acknowledged, in the same release")
    func effect() async throws {
        let stage = TrialStage()
        let workshop = try await Workshop(trials: stage.keeper)
        try await workshop.manager.start()
        #expect(try await workshop.mirroredShares() == [TrafficSettings(), TrafficSettings()])
        let release = try #require(try await workshop.status().release)
        let reply = try await workshop.setTraffic(shadow: 0.5, noise: 1)
        let expected = TrafficSettings(shadow: 0.5, noise: 1)
        #expect(try await workshop.mirroredShares() == [expected, expected])
        #expect(reply.status.release == release)
        await workshop.manager.shutDown()
        await stage.shutDown()
    }

    @Test("A change that cannot be stored has no effect")
    func storeFails() async throws {
        let stage = TrialStage()
        let workshop = try await Workshop(trials: stage.keeper)
        try await workshop.manager.start()
        let before = try await workshop.status()
        workshop.store.fail(.commit)
        #expect(await refusal { try await workshop.setTraffic(shadow: 0) }?.code == .storeUnavailable)
        #expect(try await workshop.status() == before)
        #expect(try await workshop.mirroredShares() == [TrafficSettings(), TrafficSettings()])
        await workshop.manager.shutDown()
        await stage.shutDown()
    }

    @Test("A call repeated with its key gets its reply again, also after a restart; with other shares it is refused")
    func replay() async throws {
        let workshop = try await Workshop.started()
        let first = try await workshop.setTraffic(shadow: 0.5, .by(key: "k"))
        try await workshop.setTraffic(shadow: 0.75)
        let again = try await workshop.setTraffic(shadow: 0.5, .by(revision: 1, key: "k"))
        #expect(again.replayed && again.audit == first.audit)
        #expect(again.status.traffic.shadow == 0.75)
        let other = await refusal { try await workshop.setTraffic(shadow: 0.6, .by(key: "k")) }
        #expect(other?.code == .idempotencyKeyReused)
        #expect(workshop.actions.count { $0 == "traffic" } == 2)
        let restarted = try await workshop.restarted()
        #expect(try await restarted.setTraffic(shadow: 0.5, .by(key: "k")).audit == first.audit)
    }

    @Test("A change asked for at a revision that has passed is refused with the current one")
    func staleRevision() async throws {
        let workshop = try await Workshop.started()
        let revision = try await workshop.status().revision
        let error = await refusal { try await workshop.setTraffic(shadow: 0.5, .by(revision: revision - 1)) }
        #expect(error?.code == .staleRevision && error?.currentRevision == revision)
        #expect(try await workshop.status().traffic == TrafficSettings())
        let reply = try await workshop.setTraffic(shadow: 0.5, .by(revision: revision))
        #expect(reply.status.revision == revision + 1)
    }

    @Test(
        "Shares that are none are refused",
        arguments: [nil, -0.01, 1.01, .nan, .infinity, -.infinity, 100] as [Double?]
    )
    func impossible(_ share: Double?) async throws {
        let workshop = try await Workshop.started()
        let error = await refusal { try await workshop.setTraffic(noise: share) }
        #expect(error?.code == .invalidRequest)
        #expect(!workshop.actions.contains("traffic"))
    }

    @Test("An unknown model is not found, one that was never served is not ready")
    func unknown() async throws {
        let workshop = try await Workshop.started(versions: [1: "broken one", 2: "broken two"])
        let error = await refusal { try await workshop.manager.setTraffic(.init(shadow: 1), model: "ghost", .by()) }
        #expect(error == ControlError(.notFound, "no model 'ghost'; known are: m"))
        #expect(await refusal { try await workshop.setTraffic(shadow: 1) }?.code == .notReady)
        #expect(!workshop.actions.contains("traffic"))
    }
}

extension Workshop {
    fileprivate func resetTraffic(_ context: ActionContext) async throws -> ActionReply {
        try await self.manager.setTraffic(TrafficChange(resets: true), model: "m", context)
    }

    /// The shares that each loop mirrors by; nil where it does not mirror.
    fileprivate func mirroredShares() async throws -> [TrafficSettings?] {
        var shares: [TrafficSettings?] = []
        for loop in Self.group.makeIterator() {
            let publisher = self.publisher
            shares.append(
                try await loop.submit {
                    publisher.routing(on: loop)?.table.models["m"]?.mirror?.lane.settings
                }.get()
            )
        }
        return shares
    }
}
