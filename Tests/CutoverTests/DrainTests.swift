import Cutover
import ServingCore
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    @Test("A candidate is unloaded, its slot is empty, and the log says so")
    func unload() async throws {
        let workshop = try await Workshop.started()
        let reply = try await workshop.unload(.green)
        #expect(reply.drained == true)
        #expect(try await workshop.summary() == "blue v1 ready live, green empty none")
        let entry = try workshop.lastEntry()
        #expect(entry.action == "unload" && entry.slot == .green && entry.version == 2 && entry.digests.count == 1)
        #expect(try await workshop.restarted().summary() == "blue v1 ready live, green empty none")
    }

    @Test("The live slot is unloaded only by force with a reason; then the model has no live slot")
    func unloadLive() async throws {
        let workshop = try await Workshop.started()
        #expect(await refusal { try await workshop.unload(.blue) }?.code == .slotBusy)
        #expect(
            await refusal { try await workshop.unload(.blue, .by(force: true, reason: nil)) }?.code == .invalidRequest
        )
        try await workshop.unload(.blue, .by(force: true))
        #expect(try await workshop.status().live == nil)
        #expect(try await workshop.routedVersion() == nil)
        #expect(try workshop.lastEntry().forced)
        #expect(await refusal { try await workshop.promote() }?.code == .notReady)
    }

    @Test("An unload waits for the requests that run, and only for them")
    func waits() async throws {
        let workshop = try await Workshop.started()
        let request = try await workshop.startRequest(on: .green)
        let unloading = Task { try await workshop.unload(.green) }
        #expect(await eventually { (try? await workshop.slot(.green).state) == "draining" })
        #expect(try await workshop.startRequest(on: .green).version() == nil)
        #expect(try await request.version() == 2)
        try await request.finish()
        #expect(try await unloading.value.drained == true)
        #expect(try await workshop.slot(.green).state == "empty")
    }

    @Test("A drain that takes too long is reported, never forced, and ends when the request does")
    func overdue() async throws {
        let workshop = try await Workshop.started(drainLimit: .milliseconds(20))
        let request = try await workshop.startRequest(on: .green)
        let reply = try await workshop.unload(.green)
        #expect(reply.drained == false)
        let slot = try #require(reply.status.slots.last)
        #expect(slot.state == "draining" && slot.detail?.contains("still running") == true)
        #expect(reply.status.draining.count == 1)
        #expect(try await request.version() == 2)
        #expect(await refusal { try await workshop.load(.green, 3) }?.code == .slotBusy)
        try await request.finish()
        #expect(await eventually { (try? await workshop.slot(.green).state) == "empty" })
        #expect(try await workshop.status().draining == [])
        try await workshop.load(.green, 3)
    }

    @Test("A promotion waits for the previous generation only if asked to")
    func promotionWaits() async throws {
        let workshop = try await Workshop.started(drainLimit: .milliseconds(20))
        let request = try await workshop.startRequest()
        #expect(try await workshop.promote().drained == nil)
        #expect(try await workshop.rollback(.by(waitsForDrain: true)).drained == false)
        try await request.finish()
        #expect(try await workshop.promote(.by(waitsForDrain: true)).drained == true)
    }

    @Test("Once everything has drained no claim of an older generation is left")
    func noDeadHandles() async throws {
        let workshop = try await Workshop.started()
        for _ in 0..<10 { try await workshop.promote() }
        try await workshop.load(.green, 3)
        #expect(await eventually { await workshop.manager.figures().deadHandles == 0 })
        let figures = await workshop.manager.figures()
        #expect(figures.cutovers.count == 10)
        #expect(figures.slots.map(\.isLive) == [true, false] || figures.slots.map(\.isLive) == [false, true])
    }

    @Test("A load asked for while the unload of an empty slot ends is not wiped out")
    func unloadEmptyThenLoad() async throws {
        let workshop = try await Workshop.started(manifest: "slots: {blue: 1}\n")
        for _ in 0..<50 {
            async let unloading = workshop.unload(.green)
            async let loading = workshop.load(.green, 3)
            _ = try? await unloading
            let loaded = (try? await loading) != nil
            let state = try await workshop.slot(.green).state
            #expect(state == "ready" || state == "empty")
            if loaded, state == "ready" { #expect(try await workshop.slot(.green).version == 3) }
            #expect((state == "ready") == (try await workshop.store.records().first?.slots[.green] != nil))
            if state == "ready" { try await workshop.unload(.green) }
        }
    }

    @Test("After shutdown every change is refused, nothing is routed, and readiness says why")
    func shutDown() async throws {
        let workshop = try await Workshop.started()
        await workshop.manager.shutDown()
        let actions: [@Sendable () async throws -> ActionReply] = [
            { try await workshop.promote() }, { try await workshop.rollback() }, { try await workshop.load(.green, 3) },
            { try await workshop.unload(.green) },
        ]
        for action in actions { #expect(await refusal { try await action() }?.code == .shuttingDown) }
        #expect(await workshop.manager.readiness() == ["the gateway is shutting down"])
        #expect(try await workshop.routedVersion() == nil)
        #expect(try await workshop.store.records().first?.live == .blue)
    }

    @Test("A promotion that is being written when the shutdown begins is finished, and nothing is routed after")
    func shutDownDuringPromotion() async throws {
        let workshop = try await Workshop.started()
        let writing = AsyncGate()
        workshop.store.pauseNext(.begin) { await writing.pass() }
        let promotion = Task { try? await workshop.promote() }
        #expect(await eventually { writing.arrivals == 1 })
        let shutDown = Task { await workshop.manager.shutDown() }
        #expect(await eventually { await workshop.manager.readiness() == ["the gateway is shutting down"] })
        writing.open()
        await shutDown.value
        _ = await promotion.value
        #expect(try await workshop.routedVersion() == nil)
        #expect(try await workshop.store.records().first?.intent == nil)
    }
}
