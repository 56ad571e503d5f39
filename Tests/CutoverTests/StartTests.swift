import Cutover
import Inference
import ServingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct StartTests {
    @Test("A first start loads what the manifest says, writes it down, and is ready")
    func firstStart() async throws {
        let workshop = try await Workshop.started()
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(await workshop.manager.readiness() == [])
        #expect(try await workshop.routedVersion() == 1)
        #expect(workshop.actions == ["initialised", "initialised"])
        let record = try #require(try await workshop.store.records().first)
        #expect(record.live == .blue)
        #expect(record.slots.mapValues(\.version) == [.blue: 1, .green: 2])
        #expect(record.slots.values.allSatisfy { $0.digest.count == 64 })
        #expect(try await workshop.status().revision == record.revision)
    }

    @Test("Without slots in the manifest a first start loads the highest version into blue")
    func firstStartWithoutSlots() async throws {
        let workshop = try await Workshop.started(manifest: "")
        #expect(try await workshop.summary() == "blue v3 ready live, green empty none")
    }

    @Test("Before the start nothing is ready")
    func notStarted() async throws {
        let workshop = try await Workshop()
        #expect(await workshop.manager.readiness() != [])
    }

    @Test("A repository without models starts, is ready and says so to every loop")
    func emptyRepository() async throws {
        let workshop = try await Workshop(folder: TemporaryRepository())
        try await workshop.manager.start()
        #expect(await workshop.manager.readiness() == [])
        #expect(try await workshop.routedReadiness() == [true, true])
    }

    @Test("A repository that is not there stops the start")
    func noRepository() async throws {
        let folder = try TemporaryRepository()
        try folder.remove("")
        let workshop = try await Workshop(folder: folder)
        #expect(await refusal { try await workshop.manager.start() }?.code == .notFound)
    }

    @Test("After a restart the store's word counts, not the manifest's")
    func restart() async throws {
        let workshop = try await Workshop.started()
        try await workshop.promote()
        try workshop.folder.write("slots: {blue: 3}\nlive: blue\n", to: "m/model.yaml")
        let restarted = try await workshop.restarted()
        #expect(try await restarted.summary() == "blue v1 ready standby, green v2 ready live")
        #expect(try await restarted.routedVersion() == 2)
        #expect(restarted.actions == workshop.actions)
        #expect(try await restarted.status().revision == workshop.status().revision)
    }

    @Test("A version that changed on disk is not served as if it were the same")
    func changedOnDisk() async throws {
        let workshop = try await Workshop.started()
        try workshop.folder.write("another", to: "m/1/model.onnx")
        let restarted = try await workshop.restarted()
        #expect(try await restarted.slot(.blue).state == "failed")
        #expect(try await restarted.slot(.blue).detail?.contains("versions never change") == true)
        #expect(await restarted.manager.readiness().first?.hasPrefix("model 'm': live slot blue is failed") == true)
        #expect(try await restarted.slot(.green).state == "ready")

        try await restarted.load(.blue, 1)
        #expect(await restarted.manager.readiness() == [])
        #expect(try await restarted.routedVersion() == 1)
    }

    @Test("One model that cannot be loaded does not keep another from serving")
    func oneBroken() async throws {
        let workshop = try await Workshop()
        try workshop.folder.write("wrokers: 1\n", to: "odd/model.yaml")
        try workshop.folder.write("broken", to: "rotten/1/model.onnx")
        try await workshop.manager.start()
        #expect(try await workshop.routedVersion() == 1)
        let reasons = await workshop.manager.readiness()
        #expect(reasons.count == 2)
        #expect(reasons.first?.hasPrefix("model 'odd': ") == true)
        #expect(reasons.first?.contains("wrokers") == true)
        #expect(reasons.last == "model 'rotten': live slot blue is failed: not a model: broken")
    }

    @Test("A manifest whose live slot has no version is reported until that slot is filled")
    func liveWithoutVersion() async throws {
        let workshop = try await Workshop.started(manifest: "slots: {green: 2}\nlive: blue\n")
        #expect(
            await workshop.manager.readiness()
                == ["model 'm': model.yaml says live: blue, but slots has no version for it"]
        )
        try await workshop.load(.blue, 1)
        #expect(await workshop.manager.readiness() == [])
        #expect(try await workshop.routedVersion() == 1)
    }

    @Test("A live slot that could not be loaded at first is still missed after a restart")
    func brokenLiveIsRemembered() async throws {
        let workshop = try await Workshop.started(versions: [1: "broken", 2: "two"])
        #expect(try await workshop.summary() == "blue failed live, green v2 ready candidate")
        #expect(await workshop.manager.readiness() != [])
        let restarted = try await workshop.restarted()
        #expect(await restarted.manager.readiness() != [])
    }

    @Test("It is tried again at the next start, though the store knows the other slot alone")
    func brokenLiveIsTriedAgain() async throws {
        let workshop = try await Workshop.started(versions: [1: "broken", 2: "two"])
        let actions = workshop.actions
        try workshop.folder.write("one", to: "m/1/model.onnx")
        let restarted = try await workshop.restarted()
        #expect(try await restarted.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(await restarted.manager.readiness() == [])
        #expect(restarted.actions == actions + ["initialised"])
        let record = try #require(try await restarted.store.records().first)
        #expect(record.slots.mapValues(\.version) == [.blue: 1, .green: 2])
    }

    @Test("But not with the version that is on trial in the other slot, whatever the manifest says by now")
    func trialVersionNeedsPromotion() async throws {
        let workshop = try await Workshop.started(versions: [1: "broken", 2: "two"])
        try workshop.folder.write("slots: {blue: 2}\nlive: blue\n", to: "m/model.yaml")
        let restarted = try await workshop.restarted()
        #expect(try await restarted.slot(.blue).version == nil)
        #expect(try await restarted.slot(.green).version == 2)
        #expect(await restarted.manager.readiness() != [])
    }

    @Test("Why an operator's load failed is left to be read, while what the start wanted is tried again")
    func operatorsReason() async throws {
        let tries = Outcomes<Int>()
        let folder = try TemporaryRepository()
        try folder.write("slots: {blue: 1}\nlive: blue\n", to: "m/model.yaml")
        let backend = "kind: openinference\nendpoints: [\"http://127.0.0.1:1\"]\n"
        try folder.write(backend, to: "m/1/backend.yaml")
        let workshop = try await Workshop(folder: folder) { _, _, _, _ in
            tries.deliver(1)
            return .failure(EngineLoadError(.refused, "late \(tries.all.count)"))
        }
        try await workshop.manager.start()
        // It fails anew for each new reason,
        #expect(try await eventually { try await workshop.slot(.blue).detail?.hasPrefix("late 2") == true })
        let refused = await refusal { try await workshop.load(.blue, 9) }
        let seen = tries.all.count
        // but the reason of the one that is told is its own.
        #expect(await eventually { tries.all.count >= seen + 2 })
        #expect(try await workshop.slot(.blue).detail == refused?.message)
        await workshop.manager.shutDown()
    }

    @Test("What could not be loaded is never written down as loaded")
    func noEmptyDigests() async throws {
        let workshop = try await Workshop.started(versions: [1: "one", 2: "broken", 3: "three"])
        try await workshop.load(.green, 3)
        try await workshop.promote()
        for entry in workshop.store.memory.entries { #expect(!entry.digests.values.contains("")) }
        let record = try #require(try await workshop.store.records().first)
        #expect(!record.slots.values.contains { $0.digest.isEmpty })
    }

    @Test("An interrupted cutover is taken back at the next start, with a row in the audit log")
    func interrupted() async throws {
        let workshop = try await Workshop.started()
        let revision = try await workshop.status().revision
        try await workshop.store.memory.begin(
            CutoverIntent(
                model: "m",
                revision: revision,
                from: .blue,
                to: .green,
                action: "promote",
                actor: "bob",
                reason: nil,
                at: 1
            )
        )
        let restarted = try await workshop.restarted()
        #expect(try await restarted.routedVersion() == 1)
        #expect(try await restarted.summary() == "blue v1 ready live, green v2 ready candidate")
        let entry = try restarted.lastEntry()
        #expect(entry.action == "intent_resolved")
        #expect(entry.actor == "teal")
        #expect(entry.slot == .green)
        #expect(entry.liveBefore == .blue && entry.liveAfter == .blue)
        #expect(entry.detail == "promote by bob was begun and not confirmed before the gateway stopped")
        #expect(try await restarted.store.records().first?.intent == nil)
        #expect(try await restarted.promote().status.live == .green)
    }

    @Test("A store that cannot be read stops the start")
    func unreadableStore() async throws {
        let workshop = try await Workshop()
        workshop.store.fail(.records)
        #expect(await refusal { try await workshop.manager.start() }?.code == .storeUnavailable)
    }

    @Test("A load asked for while the start is under way is not undone by it")
    func loadDuringStart() async throws {
        let workshop = try await Workshop()
        let gate = workshop.factory.hold("one")
        async let start: Void = workshop.manager.start()
        #expect(await eventually { workshop.factory.builds == ["one"] })
        try await workshop.load(.green, 3)
        gate.open()
        try await start
        #expect(try await workshop.summary() == "blue v1 ready live, green v3 ready candidate")
        #expect(workshop.factory.builds == ["one", "three"])
    }
}
