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
}
