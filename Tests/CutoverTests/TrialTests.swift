import Cutover
import ServingCore
import Shadow
import Synchronization
import TestSupport
import Testing

@Suite("Releases of a model with two versions", .timeLimit(.minutes(1))) struct TrialTests {
    private func with(
        _ stage: TrialStage = TrialStage(),
        manifest: String = "slots: {blue: 1, green: 2}\nlive: blue\nslotHeader: true\n",
        _ body: (Workshop, TrialStage) async throws -> Void
    ) async throws {
        let workshop = try await Workshop(manifest: manifest, trials: stage.keeper)
        try await workshop.manager.start()
        try await body(workshop, stage)
        await workshop.manager.shutDown()
        await stage.shutDown()
    }

    @Test("A trial begins at the start; a promotion ends it, and the side that was live is tried in reverse")
    func promotion() async throws {
        try await self.with { workshop, stage in
            let first = try #require(try await workshop.status().release)
            #expect(first.kind == .candidate && first.live.version == 1 && first.candidate.version == 2)
            try await workshop.promote()
            #expect(await eventually { stage.told.all.contains("end promoted 1/2") })
            #expect(stage.told.all.contains("begin standby 2/1"))
            #expect(try await workshop.status().release?.kind == .standby)
            try await workshop.rollback()
            #expect(await eventually { stage.told.all.contains("end rolled_back 2/1") })
        }
    }

    @Test("What a start finds with capture rules that name an unknown tensor is served, told, and not mirrored")
    func strangeTensor() async throws {
        let manifest = "slots: {blue: 1, green: 2}\nlive: blue\ncapture: {rules: [{tensor: imgae}]}\n"
        try await self.with(manifest: manifest) { workshop, stage in
            let slots = try await workshop.status().slots
            #expect(slots.map(\.state) == ["ready", "ready"])
            #expect(slots.allSatisfy { $0.detail?.contains("imgae, which is no input or output") == true })
            #expect(stage.told.all.isEmpty)
        }
    }

    @Test("A candidate that is unloaded or replaced abandons its trial")
    func abandoned() async throws {
        try await self.with { workshop, stage in
            try await workshop.load(.green, 3)
            #expect(await eventually { stage.told.all.contains("end abandoned 1/2") })
            #expect(try await workshop.status().release?.candidate.version == 3)
            try await workshop.unload(.green)
            #expect(await eventually { stage.told.all.contains("end abandoned 1/3") })
            #expect(try await workshop.status().release == nil)
        }
    }

    @Test("A stop ends no trial: the next process goes on with it")
    func restart() async throws {
        let first = TrialStage()
        let release = Mutex<Release?>(nil)
        try await self.with(first) { workshop, _ in
            let running = try await workshop.status().release
            release.withLock { $0 = running }
        }
        let before = try #require(release.withLock { $0 })
        #expect(!first.told.all.contains { $0.hasPrefix("end") })
        let second = TrialStage(earlier: [before])
        try await self.with(second) { workshop, _ in
            let after = try await workshop.status().release
            #expect(after == before)
        }
        #expect(second.told.all.first == "begin candidate 1/2")
    }

    @Test("A load warms up with requests recorded from live traffic")
    func recorded() async throws {
        let stage = TrialStage(recorded: ["no request at all"])
        try await self.with(stage) { workshop, _ in
            try await workshop.load(.green, 3)
            let detail = try await workshop.slot(.green).detail
            #expect(detail?.hasPrefix("1 of 1 requests recorded from live traffic") == true)
        }
    }

    @Test("A model whose slots are ready is mirrored while another one is still loading")
    func slowNeighbour() async throws {
        let stage = TrialStage()
        let workshop = try await Workshop(trials: stage.keeper)
        try workshop.addSlowModel()
        let gate = workshop.factory.hold("slow live")
        async let start: Void = workshop.manager.start()
        #expect(await eventually { (try? await workshop.status().release) != nil })
        #expect(try await workshop.status("slow").release == nil)
        gate.open()
        try await start
        #expect(try await workshop.status("slow").release != nil)
        #expect(Set(stage.told.all) == ["begin candidate 1/2"])
        await workshop.manager.shutDown()
        await stage.shutDown()
    }

    @Test("What is done to one model ends no release of another that is still loading")
    func slowNeighbourRestarted() async throws {
        let first = TrialStage()
        let workshop = try await Workshop(trials: first.keeper)
        try workshop.addSlowModel()
        try await workshop.manager.start()
        let before = try #require(try await workshop.status("slow").release)
        await workshop.manager.shutDown()
        await first.shutDown()

        let second = TrialStage(earlier: [before])
        let restarted = try await Workshop(
            store: ScriptedStore(workshop.store.memory),
            folder: workshop.folder,
            trials: second.keeper
        )
        let gate = restarted.factory.hold("slow live")
        async let start: Void = restarted.manager.start()
        #expect(await eventually { (try? await restarted.status().release) != nil })
        try await restarted.promote()
        #expect(await eventually { second.told.all.contains("end promoted 1/2") })
        #expect(try await restarted.status("slow").release == before)
        gate.open()
        try await start
        #expect(try await restarted.status("slow").release == before)
        #expect(second.told.all.filter { $0.hasPrefix("end") } == ["end promoted 1/2"])
        await restarted.manager.shutDown()
        await second.shutDown()
    }
}

extension Workshop {
    /// Model `slow`: versions 1, live, and 2.
    fileprivate func addSlowModel() throws {
        try self.folder.write("slots: {blue: 1, green: 2}\nlive: blue\n", to: "slow/model.yaml")
        try self.folder.write("slow live", to: "slow/1/model.onnx")
        try self.folder.write("slow candidate", to: "slow/2/model.onnx")
    }
}
