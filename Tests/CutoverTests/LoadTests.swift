import Cutover
import ServingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LoadTests {
    @Test("A load into the slot that is not live replaces what it held and touches no traffic")
    func load() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        let reply = try await workshop.load(.green, 3)
        #expect(reply.action == "load" && !reply.replayed)
        #expect(reply.status.revision == before.revision + 1)
        #expect(reply.status.generation > before.generation)
        #expect(try await workshop.summary() == "blue v1 ready live, green v3 ready candidate")
        #expect(try await workshop.routedVersion() == 1)

        let entry = try workshop.lastEntry()
        #expect(entry.id == reply.audit)
        #expect(entry.action == "load" && entry.actor == "ann" && entry.reason == "because")
        #expect(entry.slot == .green && entry.version == 3 && entry.revision == reply.status.revision)
        #expect(entry.liveBefore == .blue && entry.liveAfter == .blue && !entry.forced)
        let digests = reply.status.slots.reduce(into: [:]) { $0[$1.slot.rawValue] = $1.digest }
        #expect(entry.digests == digests)
    }

    @Test("Without a version the highest is taken")
    func highest() async throws {
        let workshop = try await Workshop.started()
        try await workshop.load(.green, nil)
        #expect(try await workshop.slot(.green).version == 3)
        #expect(try workshop.lastEntry().version == 3)
    }

    @Test("A failed load keeps the version the slot held, says why, and is in the audit log")
    func failedLoad() async throws {
        let workshop = try await Workshop.started(versions: [1: "one", 2: "two", 3: "broken"])
        let revision = try await workshop.status().revision
        let error = await refusal { try await workshop.load(.green, 3) }
        #expect(error == ControlError(.loadFailed, "not a model: broken"))
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(try await workshop.slot(.green).detail == "not a model: broken")
        #expect(try await workshop.status().revision == revision)
        let entry = try workshop.lastEntry()
        #expect(entry.action == "load_failed" && entry.slot == .green && entry.version == 3)
        #expect(entry.detail == "not a model: broken" && entry.actor == "ann")
        #expect(try await workshop.promote().status.live == .green)
    }

    @Test("A failed load into an empty slot leaves it failed, and the next load may try again")
    func failedIntoEmpty() async throws {
        let workshop = try await Workshop.started(
            manifest: "slots: {blue: 1}\n",
            versions: [1: "one", 2: "broken", 3: "x"]
        )
        _ = await refusal { try await workshop.load(.green, 2) }
        #expect(try await workshop.summary() == "blue v1 ready live, green failed none")
        try await workshop.load(.green, 3)
        #expect(try await workshop.summary() == "blue v1 ready live, green v3 ready candidate")
        #expect(try await workshop.slot(.green).detail == nil)
    }

    @Test("A version that is not there is not found, and the versions that are there are named")
    func unknownVersion() async throws {
        let workshop = try await Workshop.started()
        let error = await refusal { try await workshop.load(.green, 9) }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("versions found: 1, 2, 3") == true)
    }

    @Test("A model the repository does not have is not found and leaves nothing behind")
    func unknownModel() async throws {
        let workshop = try await Workshop.started()
        let audited = workshop.actions
        for name in ["ghost", "../m", "M"] {
            let error = await refusal {
                try await workshop.manager.load(LoadRequest(model: name, slot: .blue), .by())
            }
            #expect(error?.code == (name == "ghost" ? .notFound : .invalidRequest))
        }
        #expect(await workshop.manager.status().map(\.model) == ["m"])
        #expect(try await workshop.store.records().map(\.model) == ["m"])
        #expect(workshop.actions == audited)
    }

    @Test("A model that appears in the repository after the start can be loaded, and its first load is live")
    func newModel() async throws {
        let workshop = try await Workshop.started()
        try workshop.folder.write("new", to: "fresh/1/model.onnx")
        let reply = try await workshop.manager.load(LoadRequest(model: "fresh", slot: .green), .by())
        #expect(reply.status.live == .green)
        #expect(await workshop.manager.readiness() == [])
    }

    @Test("A model whose first load failed is still initialised from its manifest at the next start")
    func failedFirstLoad() async throws {
        let workshop = try await Workshop.started()
        try workshop.folder.write("broken", to: "fresh/1/model.onnx")
        _ = await refusal { try await workshop.manager.load(LoadRequest(model: "fresh", slot: .blue), .by()) }
        try workshop.folder.write("good", to: "fresh/1/model.onnx")
        let restarted = try await workshop.restarted()
        #expect(try await restarted.status("fresh").live == .blue)
        #expect(await restarted.manager.readiness() == [])
    }

    @Test("The live slot is not loaded into")
    func liveSlot() async throws {
        let workshop = try await Workshop.started()
        let error = await refusal { try await workshop.load(.blue, 3) }
        #expect(error?.code == .slotBusy)
        #expect(error?.message.contains("load into green") == true)
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
    }

    @Test("Capture rules that name a tensor which neither version has refuse a load, with the names there are")
    func strangeTensor() async throws {
        let workshop = try await Workshop.started()
        try workshop.folder.write("capture: {rules: [email, {tensor: imgae}, {tensor: y}]}\n", to: "m/model.yaml")
        let error = await refusal { try await workshop.load(.green, 3) }
        #expect(
            error
                == ControlError(
                    .loadFailed,
                    "capture.rules in model.yaml remove imgae, which is no input or output of either version; "
                        + "its inputs and outputs are x, y"
                )
        )
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
        try workshop.folder.write("capture: {rules: [email, {tensor: x}, {tensor: y}]}\n", to: "m/model.yaml")
        try await workshop.load(.green, 3)
        #expect(try await workshop.slot(.green).version == 3)
    }

    @Test("A candidate that refuses today's requests is refused with the differences")
    func contract() async throws {
        let workshop = try await Workshop.started(versions: [1: "one", 2: "two", 3: "wide"])
        let error = await refusal { try await workshop.load(.green, 3) }
        #expect(error?.code == .contractBroken)
        #expect(error?.details == ["input 'x' takes shape [-1, 2], live takes [-1, 1]"])
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
    }

    @Test("A broken contract can be overridden, with a reason that is kept beside the differences")
    func forced() async throws {
        let workshop = try await Workshop.started(versions: [1: "one", 2: "two", 3: "wide"])
        for reason in [nil, "", "  "] {
            let error = await refusal { try await workshop.load(.green, 3, context: .by(force: true, reason: reason)) }
            #expect(error?.code == .invalidRequest)
        }
        try await workshop.load(.green, 3, context: .by(force: true, reason: "clients were changed"))
        var entry = try workshop.lastEntry()
        #expect(entry.forced && entry.reason == "clients were changed")
        #expect(entry.detail == "input 'x' takes shape [-1, 2], live takes [-1, 1]")

        #expect(await refusal { try await workshop.promote() }?.code == .contractBroken)
        #expect(try await workshop.routedVersion() == 1)
        try await workshop.promote(.by(force: true, reason: "clients were changed"))
        entry = try workshop.lastEntry()
        #expect(entry.action == "promote" && entry.forced)
        #expect(entry.detail == "input 'x' takes shape [-1, 2], live takes [-1, 1]")
        #expect(try await workshop.rollback().status.live == .blue)
    }

    @Test("A load that nobody waits for is acknowledged with a row, and a second row says that it is loaded")
    func withoutWaiting() async throws {
        let workshop = try await Workshop.started()
        let gate = workshop.factory.hold("three")
        let reply = try await workshop.load(.green, 3, waits: false)
        #expect(reply.status.slots.last?.state == "loading")
        #expect(try workshop.lastEntry().action == "load")
        #expect(try workshop.lastEntry().id == reply.audit)
        gate.open()
        #expect(await eventually { workshop.actions.last == "loaded" })
        #expect(try workshop.lastEntry().actor == "ann")
        #expect(await eventually { (try? await workshop.slot(.green).version) == 3 })
    }

    @Test("While a version is replaced the slot shows and answers with the one it holds")
    func replacing() async throws {
        let workshop = try await Workshop.started()
        let gate = workshop.factory.hold("three")
        async let load = workshop.load(.green, 3)
        #expect(await eventually { workshop.factory.builds.last == "three" })
        let green = try await workshop.slot(.green)
        #expect(green.state == "loading" && green.version == 2 && green.role == .candidate)
        #expect(green.detail?.contains("stays until") == true)
        let request = try await workshop.startRequest(on: .green)
        #expect(try await request.version() == 2)
        gate.open()
        try await request.finish()
        _ = try await load
        #expect(try await workshop.slot(.green).version == 3)
    }

    @Test("A slot that is being loaded is neither loaded again nor unloaded nor promoted")
    func busy() async throws {
        let workshop = try await Workshop.started()
        let gate = workshop.factory.hold("three")
        async let load = workshop.load(.green, 3)
        #expect(await eventually { workshop.factory.builds.last == "three" })
        #expect(await refusal { try await workshop.load(.green, 2) }?.code == .slotBusy)
        #expect(await refusal { try await workshop.unload(.green) }?.code == .slotBusy)
        #expect(await refusal { try await workshop.promote() }?.code == .slotBusy)
        #expect(try await workshop.routedVersion() == 1)
        gate.open()
        #expect(try await load.status.slots.last?.version == 3)
        #expect(try await workshop.promote().status.live == .green)
    }

    @Test("A slow load does not delay a rollback")
    func slowLoad() async throws {
        let workshop = try await Workshop.started()
        try await workshop.promote()
        let gate = workshop.factory.hold("three")
        async let load = workshop.load(.blue, 3)
        #expect(await eventually { workshop.factory.builds.last == "three" })
        #expect(try await workshop.rollback().status.live == .blue)
        #expect(try await workshop.routedVersion() == 1)
        gate.open()
        _ = try? await load
    }

    @Test("A version that was being loaded into a slot that meanwhile became live is not put under the traffic")
    func becameLive() async throws {
        let workshop = try await Workshop.started()
        try await workshop.promote()
        let gate = workshop.factory.hold("three")
        let loading = Task { await refusal { try await workshop.load(.blue, 3) } }
        #expect(await eventually { workshop.factory.builds.last == "three" })
        try await workshop.rollback()
        gate.open()
        #expect(await loading.value?.code == .slotBusy)
        #expect(try await workshop.routedVersion() == 1)
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
    }

    @Test("When the store cannot be written, a finished load is given up and the slot is as before")
    func storeFails() async throws {
        let workshop = try await Workshop.started()
        let before = try await workshop.status()
        workshop.store.fail(.commit)
        #expect(await refusal { try await workshop.load(.green, 3) }?.code == .storeUnavailable)
        #expect(try await workshop.status().revision == before.revision)
        #expect(try await workshop.summary() == "blue v1 ready live, green v2 ready candidate")
        #expect(await refusal { try await workshop.load(.green, 3, waits: false) }?.code == .storeUnavailable)
        #expect(try await workshop.slot(.green).state == "ready")
        workshop.store.fail(.commit, with: nil)
        try await workshop.load(.green, 3)
        #expect(try await workshop.slot(.green).version == 3)
    }

    @Test("A load that fails while a promotion is being written neither confirms nor undoes it")
    func failureDuringPromotion() async throws {
        let workshop = try await Workshop.started(versions: [1: "one", 2: "two", 3: "broken"])
        try await workshop.promote()
        let gate = workshop.factory.hold("broken")
        let loading = Task { await refusal { try await workshop.load(.blue, 3) } }
        #expect(await eventually { workshop.factory.builds.last == "broken" })
        let writing = AsyncGate()
        workshop.store.pauseNext(.commit) { await writing.pass() }
        let rollback = Task { try await workshop.rollback() }
        #expect(await eventually { writing.arrivals == 1 })
        gate.open()
        #expect(await eventually { (try? await workshop.slot(.blue).state) == "ready" })
        #expect(workshop.actions.last == "promote")
        writing.open()
        #expect(try await rollback.value.status.live == .blue)
        #expect(await loading.value?.code == .loadFailed)
        #expect(workshop.actions.suffix(2) == ["rollback", "load_failed"])
        #expect(try await workshop.store.records().first?.live == .blue)
        #expect(try await workshop.status().revision == workshop.store.records().first?.revision)
        #expect(try await workshop.promote().status.live == .green)
    }

    @Test("A failure in one slot while a load into the other is being written is not forgotten")
    func failureDuringAcceptance() async throws {
        let workshop = try await Workshop.started(
            manifest: "slots: {blue: 1}\n",
            versions: [1: "one", 2: "broken", 3: "three"]
        )
        try await workshop.unload(.blue, .by(force: true))
        let gate = workshop.factory.hold("broken")
        let loading = Task { await refusal { try await workshop.load(.green, 2) } }
        #expect(await eventually { workshop.factory.builds.last == "broken" })
        let writing = AsyncGate()
        workshop.store.pauseNext(.commit) { await writing.pass() }
        let accepted = Task { try await workshop.load(.blue, 3, waits: false) }
        #expect(await eventually { writing.arrivals == 1 })
        gate.open()
        #expect(await eventually { (try? await workshop.slot(.green).state) == "failed" })
        writing.open()
        _ = try await accepted.value
        _ = await loading.value
        #expect(try await workshop.slot(.green).state == "failed")
        #expect(await eventually { (try? await workshop.slot(.blue).state) == "ready" })
    }
}
