import Cutover
import ServingCore
import Shadow
import Slots
import SystemPackage
import TestSupport
import Testing

@Suite("Another process takes over", .timeLimit(.minutes(1))) struct HandoverTests {
    @Test("A frozen manager refuses every change, says to come again, and answers on")
    func frozen() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        let (generation, held) = try await workshop.manager.freeze()
        #expect(generation == before.generation)
        #expect(held.map(\.version) == [1, 2] && held.map(\.isLive) == [true, false])
        for change in [
            await refusal { try await workshop.promote() },
            await refusal { try await workshop.load(.green, 3) },
            await refusal { try await workshop.unload(.green) },
            await refusal { try await workshop.setTraffic(shadow: 0) },
        ] {
            #expect(change?.code == .shuttingDown)
            #expect(change?.message.contains("try again") == true)
        }
        #expect(try await workshop.status() == before)
        #expect(try await workshop.routedVersion() == 1)
        #expect(try await workshop.routedReadiness() == [true, true])
    }

    @Test("Thawed, it goes on where it was")
    func thawed() async throws {
        let workshop = try await Workshop.started()
        _ = try await workshop.manager.freeze()
        await workshop.manager.thaw()
        try await workshop.promote()
        #expect(try await workshop.routedVersion() == 2)
    }

    @Test("A promotion that is being made is finished before the manager is frozen")
    func inFlight() async throws {
        let workshop = try await Workshop.started()
        let gate = Gate()
        workshop.store.pauseNext(.commit) { _ = await onThread { gate.pass() } }
        async let promoted = workshop.promote()
        #expect(await eventually { workshop.store.calls(.begin) == 1 })
        async let frozen = workshop.manager.freeze()
        gate.open()
        #expect(try await promoted.status.live == .green)
        #expect(try await frozen.held.first?.version == 2)
        #expect(workshop.actions.last == "promote")
    }

    @Test("While a slot loads there is nothing to take: the load would be lost")
    func loading() async throws {
        let workshop = try await Workshop.started()
        let gate = workshop.factory.hold("three")
        try await workshop.load(.green, 3, waits: false)
        let refused = await refusal { try await workshop.manager.freeze() }
        #expect(refused?.code == .slotBusy)
        #expect(refused?.message.contains("slot green of model 'm' is loading") == true)
        gate.open()
        #expect(try await eventually { try await workshop.slot(.green).version == 3 })
        #expect(await eventually { (try? await workshop.manager.freeze()) != nil })
    }

    @Test("Nothing is mirrored while it is frozen, and the release goes on afterwards")
    func mirroring() async throws {
        let stage = TrialStage()
        let workshop = try await Workshop(trials: stage.keeper)
        try await workshop.manager.start()
        let release = try await workshop.status().release
        _ = try await workshop.manager.freeze()
        #expect(await eventually { stage.shadow.isQuiet })
        await workshop.manager.thaw()
        #expect(!stage.shadow.isQuiet)
        #expect(try await workshop.status().release == release)
        #expect(!stage.told.all.contains { $0.hasPrefix("end") })
        await workshop.manager.shutDown()
        await stage.shutDown()
    }

    /// The same versions as `workshop` has, loaded beforehand.
    private func brought(from workshop: Workshop) async throws -> TakenSlots {
        var models: [HeldVersion: LoadedModel] = [:]
        let loader = SlotLoader(
            threads: TestThreads.loading,
            memory: MemoryAdmission { nil },
            makeEngine: workshop.factory.make,
            connect: noRemotes
        )
        for version in await workshop.manager.held() {
            models[version] = try await loader.load(
                try #require(ModelName(version.model)),
                version: version.version,
                from: ModelRepository(root: FilePath(version.source))
            ) {}
        }
        let generation = try await workshop.status().generation
        return TakenSlots(generation: generation, models: models, isFrozen: true)
    }

    private func successor(of workshop: Workshop, trials: TrialKeeper? = nil) async throws -> Workshop {
        try await Workshop(
            store: ScriptedStore(workshop.store.memory),
            folder: workshop.folder,
            trials: trials,
            taken: try await self.brought(from: workshop)
        )
    }

    @Test("The other process starts with what it has brought, and its generations go on")
    func successor() async throws {
        let workshop = try await Workshop.started()
        try await workshop.promote()
        let held = await workshop.manager.held()
        let next = try await self.successor(of: workshop)
        try await next.manager.start()
        #expect(next.factory.builds == [])
        #expect(await next.manager.missing(of: held) == [])
        #expect(try await next.summary() == workshop.summary())
        #expect(try await next.status().generation > workshop.status().generation)
        #expect(try await next.routedVersion() == 2)
        await next.manager.thaw()
        try await next.rollback()
        #expect(try await next.routedVersion() == 1)
    }

    @Test("A version that was promoted or loaded after it was brought counts as the store says")
    func moved() async throws {
        let workshop = try await Workshop.started()
        let next = try await self.successor(of: workshop)
        try await workshop.load(.green, 3)
        try await workshop.promote()
        try await next.manager.start()
        #expect(next.factory.builds == ["three"])
        #expect(try await next.summary() == "blue v1 ready standby, green v3 ready live")
    }

    @Test("What does not answer as it did is named with its reason")
    func missing() async throws {
        let workshop = try await Workshop.started()
        let held = await workshop.manager.held()
        try workshop.folder.write("another", to: "m/2/model.onnx")
        let next = try await Workshop(
            store: ScriptedStore(workshop.store.memory),
            folder: workshop.folder,
            taken: TakenSlots(generation: 0, models: [:], isFrozen: true)
        )
        try await next.manager.start()
        let missing = await next.manager.missing(of: held)
        #expect(missing.count == 1)
        #expect(missing.first?.hasPrefix("model 'm', slot green, version 2: ") == true)
        #expect(missing.first?.contains("versions never change") == true)
    }

    @Test("What the store does not know is loaded when the store is certain to stay")
    func newModel() async throws {
        let workshop = try await Workshop.started()
        try workshop.folder.write("slots: {blue: 1}\nlive: blue\n", to: "n/model.yaml")
        try workshop.folder.write("new", to: "n/1/model.onnx")
        let stage = TrialStage()
        let next = try await self.successor(of: workshop, trials: stage.keeper)
        let actions = workshop.actions
        try await next.manager.start()
        #expect(next.actions == actions)
        #expect(stage.told.all == [])
        await next.manager.thaw()
        #expect(stage.told.all == ["begin candidate 1/2"])
        try await next.manager.start()
        #expect(next.actions == actions + ["initialised"])
        #expect(await next.manager.readiness() == [])
        await next.manager.shutDown()
        await stage.shutDown()
    }

    @Test("So is a live slot that never loaded; the other slot goes over at once")
    func newLiveSlot() async throws {
        let workshop = try await Workshop.started(versions: [1: "broken", 2: "two"])
        try workshop.folder.write("one", to: "m/1/model.onnx")
        let next = try await self.successor(of: workshop)
        let actions = workshop.actions
        try await next.manager.start()
        #expect(try await next.summary() == "blue empty live, green v2 ready candidate")
        #expect(next.actions == actions)
        await next.manager.thaw()
        try await next.manager.start()
        #expect(try await next.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(next.actions == actions + ["initialised"])
    }
}
