import Cutover
import ServingCore
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct PromotionTests {
    @Test("A promotion moves every loop before it is acknowledged, and is in the audit log")
    func promote() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        let reply = try await workshop.promote(.by("bob", reason: "better"))
        #expect(try await workshop.routedVersion() == 2)
        #expect(reply.action == "promote" && reply.status.live == .green)
        #expect(reply.status.revision == before.revision + 1)
        #expect(reply.status.generation > before.generation)
        #expect((reply.cutoverMicroseconds ?? 0) > 0)
        let entry = try workshop.lastEntry()
        #expect(
            entry.id == reply.audit && entry.action == "promote" && entry.actor == "bob" && entry.reason == "better"
        )
        #expect(entry.liveBefore == .blue && entry.liveAfter == .green && entry.slot == .green && entry.version == 2)
        #expect(entry.revision == reply.status.revision)
        #expect(entry.digests.count == 2)
        #expect(try await workshop.store.records().first?.intent == nil)
        #expect(await workshop.manager.figures().cutovers.count == 1)
    }

    @Test("Roles follow promotions, rollbacks and loads")
    func roles() async throws {
        let workshop = try await Workshop.started()
        try await workshop.promote()
        #expect(try await workshop.summary() == "blue v1 ready standby, green v2 ready live")
        try await workshop.rollback()
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(await refusal { try await workshop.rollback() }?.code == .notReady)
        try await workshop.promote()
        try await workshop.promote()
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready standby")
        try await workshop.load(.green, 3)
        #expect(try await workshop.summary() == "blue v1 ready live, green v3 ready candidate")
        #expect(await refusal { try await workshop.rollback() }?.code == .notReady)
        try await workshop.unload(.green)
        #expect(try await workshop.summary() == "blue v1 ready live, green empty none")
        #expect(await refusal { try await workshop.promote() }?.code == .notReady)
        #expect(
            workshop.actions.dropFirst(2) == ["promote", "rollback", "promote", "promote", "load", "unload"]
        )
    }

    @Test("A change asked for at a revision that has passed is refused with the current one, and changes nothing")
    func staleRevision() async throws {
        let workshop = try await Workshop.started()
        let revision = try await workshop.status().revision
        let context = ActionContext.by(revision: revision - 1)
        let actions: [@Sendable () async throws -> ActionReply] = [
            { try await workshop.promote(context) }, { try await workshop.load(.green, 3, context: context) },
            { try await workshop.unload(.green, context) },
        ]
        for action in actions {
            let error = await refusal { try await action() }
            #expect(error?.code == .staleRevision)
            #expect(error?.currentRevision == revision)
        }
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(try await workshop.promote(.by(revision: revision)).status.revision == revision + 1)
    }

    @Test("An unknown model is not found, and the known ones are named")
    func unknownModel() async throws {
        let workshop = try await Workshop.started()
        let actions: [@Sendable () async throws -> ActionReply] = [
            { try await workshop.manager.promote(model: "ghost", .by()) },
            { try await workshop.manager.rollback(model: "ghost", .by()) },
            { try await workshop.manager.unload(model: "ghost", slot: .blue, .by()) },
        ]
        for action in actions {
            let error = await refusal { try await action() }
            #expect(error == ControlError(.notFound, "no model 'ghost'; known are: m"))
        }
    }

    @Test("Of two promotions at one revision exactly one wins, fifty times", arguments: [50])
    func race(_ rounds: Int) async throws {
        let workshop = try await Workshop.started()
        for _ in 0..<rounds {
            let before = try await workshop.status()
            let outcomes = await withTaskGroup(of: ControlError.Code?.self) { group in
                for actor in ["ann", "bob"] {
                    group.addTask {
                        do {
                            try await workshop.promote(.by(actor, revision: before.revision))
                            return nil
                        } catch { return (error as? ControlError)?.code }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            #expect(outcomes.count { $0 == .staleRevision } == 1)
            let after = try await workshop.status()
            #expect(after.revision == before.revision + 1 && after.live == before.live?.other)
        }
        let revisions = workshop.store.memory.entries.map(\.revision)
        #expect(revisions == Array(1...Int64(revisions.count)))
    }

    @Test("A call repeated with its key gets its reply again and changes nothing")
    func replay() async throws {
        let workshop = try await Workshop.started()
        let first = try await workshop.promote(.by(key: "k"))
        let again = try await workshop.promote(.by(revision: 1, key: "k"))
        #expect(again.replayed && again.audit == first.audit && again.status.live == .green)
        #expect(try await workshop.routedVersion() == 2)
        let load = try await workshop.load(.blue, 3, context: .by(key: "l"))
        #expect(try await workshop.load(.blue, 3, context: .by(key: "l")).audit == load.audit)
        let unload = try await workshop.unload(.blue, .by(key: "u"))
        let unloadAgain = try await workshop.unload(.blue, .by(key: "u"))
        #expect(unloadAgain.replayed && unloadAgain.audit == unload.audit)
        #expect(workshop.actions.count == 5)

        let restarted = try await workshop.restarted()
        #expect(try await restarted.promote(.by(key: "k")).audit == first.audit)
    }

    @Test("A key that was used for another request is refused")
    func keyReused() async throws {
        let workshop = try await Workshop.started()
        try await workshop.promote(.by(key: "k"))
        let actions: [@Sendable () async throws -> ActionReply] = [
            { try await workshop.rollback(.by(key: "k")) },
            { try await workshop.load(.blue, 3, context: .by(key: "k")) },
            { try await workshop.unload(.blue, .by(key: "k")) },
        ]
        for action in actions { #expect(await refusal { try await action() }?.code == .idempotencyKeyReused) }
        #expect(try await workshop.routedVersion() == 2)
    }

    @Test("A key used for another request while a load with it is running stays with the first to be written")
    func keyReusedMeanwhile() async throws {
        let workshop = try await Workshop.started()
        let gate = workshop.factory.hold("three")
        let loading = Task { await refusal { try await workshop.load(.green, 3, context: .by(key: "k")) } }
        #expect(await eventually { workshop.factory.builds.last == "three" })
        _ = try? await workshop.rollback(.by(key: "k"))
        try await workshop.unload(.blue, .by(key: "k", force: true))
        gate.open()
        #expect(await loading.value?.code == .idempotencyKeyReused)
        #expect(try await workshop.slot(.green).version == 2)
    }

    @Test("Two calls with one key at once do one thing")
    func concurrentKey() async throws {
        let workshop = try await Workshop.started()
        async let one = workshop.promote(.by(key: "k"))
        async let two = workshop.promote(.by(key: "k"))
        let replies = try await [one, two]
        #expect(replies.count { $0.replayed } == 1)
        #expect(Set(replies.map(\.audit)).count == 1)
        #expect(try await workshop.status().live == .green)
    }

    @Test("When the intent cannot be written nothing has changed")
    func beginFails() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        workshop.store.fail(.begin)
        let error = await refusal { try await workshop.promote() }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.message.contains("the disk is full") == true)
        #expect(try await workshop.status() == before)
        workshop.store.fail(.begin, with: nil)
        #expect(try await workshop.promote().status.live == .green)
    }

    @Test("When a promotion cannot be confirmed the previous side is live again on every loop")
    func commitFails() async throws {
        let workshop = try await Workshop.started()
        let revision = try await workshop.status().revision
        workshop.store.fail(.commit)
        #expect(await refusal { try await workshop.promote() }?.code == .storeUnavailable)
        #expect(try await workshop.routedVersion() == 1)
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(try await workshop.status().revision == revision)

        let restarted = try await workshop.restarted()
        #expect(try await restarted.routedVersion() == 1)
        #expect(try restarted.lastEntry().action == "intent_resolved")
    }

    @Test("Live is not reported before the cutover is confirmed, though the loops have it already")
    func notEarly() async throws {
        let workshop = try await Workshop.started()
        let writing = AsyncGate()
        workshop.store.pauseNext(.commit) { await writing.pass() }
        let promotion = Task { try await workshop.promote() }
        #expect(await eventually { writing.arrivals == 1 })
        #expect(try await workshop.routedVersion() == 2)
        #expect(try await workshop.status().live == .blue)
        writing.open()
        #expect(try await promotion.value.status.live == .green)
    }

    @Test("A crash between intent and confirmation comes back on the previous side")
    func crash() async throws {
        let workshop = try await Workshop.started()
        let writing = AsyncGate()
        workshop.store.pauseNext(.commit) { await writing.pass() }
        let promotion = Task { try? await workshop.promote() }
        #expect(await eventually { writing.arrivals == 1 })
        // From here on the first manager is as good as dead: another one starts from what is stored.
        let restarted = try await workshop.restarted()
        #expect(try await restarted.routedVersion() == 1)
        #expect(restarted.actions.last == "intent_resolved")
        writing.open()
        _ = await promotion.value
    }
}
