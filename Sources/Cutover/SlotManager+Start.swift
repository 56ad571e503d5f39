import Logging
package import ServingCore
import Slots
import SystemPackage

/// Bringing back at start what was served before: the store's word counts, the manifest's only for a model the store
/// has never seen.
extension SlotManager {
    private static let system = ActionContext(actor: "teal", reason: "start")

    /// Loads every model's live slot, publishes, and loads the other slot; the models do not wait for each other. Returns
    /// when all are done; a model that cannot be loaded is reported by `readiness`, and the others serve.
    ///
    /// While changes are frozen only what the store knows is loaded: the first load of anything else is written down,
    /// and the store may still go back to the process it came from. Called again after `thaw`, it loads the rest, also of
    /// a model of which the store knows one slot.
    package func start() async throws(ControlError) {
        try await self.exclusively(evenFrozen: true) { () throws(ControlError) in
            guard !self.hasStarted else { return }
            try await self.readEntries()
            self.restoring = Set(self.entries.keys)
            self.hasStarted = true
            // Known and not ready is another answer than unknown.
            await self.publish()
        }
        let names = self.restoring.filter { !self.isFrozen || self.entries[$0]?.record.revision ?? 0 > 0 }
        await withTaskGroup(of: Void.self) { group in
            for name in names.sorted() { group.addTask { await self.restore(name) } }
        }
        // What the slots do not hold any more was loaded in vain.
        if !self.isFrozen { self.preloaded = [:] }
    }

    /// The live slot first. The models' live slots are all in the loading threads' queue before the first of them is done,
    /// so on the whole, too, they come before the others.
    private func restore(_ model: String) async {
        let first = self.entries[model]?.record.live ?? .blue
        let isPartly = self.isFrozen && self.entries[model]?.record.slots.values.contains { $0.digest.isEmpty } == true
        for slot in [first, first.other] { await self.restore(model, slot) }
        guard !isPartly else { return }
        do {
            try await self.exclusively(evenFrozen: true) { () throws(ControlError) in
                self.restoring.remove(model)
                await self.refreshTrials()
            }
        } catch {
            // Told to stop meanwhile: nothing is mirrored.
        }
    }

    private func readEntries() async throws(ControlError) {
        let records: [ModelRecord]
        do {
            records = try await self.store.records()
        } catch {
            throw Self.translate(error)
        }
        // Revision 0 is a model whose loads all failed so far: never served, so its manifest still counts.
        for record in records where record.revision > 0 {
            self.entries[record.model] = ModelEntry(record: record)
            if let intent = record.intent { try await self.resolve(intent, record) }
            self.fillLive(record.model)
        }
        let found: [ModelName]
        do {
            found = try self.repository.models()
        } catch {
            throw ControlError(.notFound, error.description)
        }
        for name in found where self.entries[name.description] == nil {
            self.entries[name.description] = self.firstEntry(name)
        }
    }

    /// The live slot's first load may have failed, or its server been late, while the other slot's was written down: what
    /// it was to hold stands in the manifest alone.
    private func fillLive(_ model: String) {
        guard let record = self.entries[model]?.record, let live = record.live, record.slots[live] == nil,
            let name = ModelName(model)
        else { return }
        let first = self.firstEntry(name).record.slots[live]
        // The manifest may have changed: what is on trial in the other slot goes live by a promotion and in no other way.
        guard first?.version != record.slots[live.other]?.version else { return }
        self.entries[model]?.record.slots[live] = first
    }

    /// A cutover that was begun and not confirmed never happened: the previous side stays live.
    private func resolve(_ intent: CutoverIntent, _ record: ModelRecord) async throws(ControlError) {
        var record = record
        record.intent = nil
        self.logger.warning(
            "an interrupted cutover was taken back",
            metadata: [
                "model": "\(record.model)", "action": "\(intent.action)", "live": "\(record.live?.rawValue ?? "none")",
            ]
        )
        _ = try await self.commit(
            record,
            "intent_resolved",
            Self.system,
            liveBefore: record.live,
            slot: intent.to,
            detail: "\(intent.action) by \(intent.actor) was begun and not confirmed before the gateway stopped"
        )
    }

    /// What a model never served before starts with: its manifest's slots, else its highest version in blue.
    private func firstEntry(_ name: ModelName) -> ModelEntry {
        var entry = ModelEntry(record: ModelRecord(model: name.description))
        do {
            let manifest = try self.repository.manifest(of: name)
            var slots = manifest.slots
            if slots.isEmpty, let highest = try self.repository.versions(of: name).last { slots[.blue] = highest }
            if slots.isEmpty { entry.problem = "it has no versions: expected a folder such as \(name)/1" }
            for (slot, version) in slots {
                entry.record.slots[slot] = .init(source: self.repository.root.string, version: version, digest: "")
            }
            entry.record.live = manifest.live ?? Slot.allCases.first { slots[$0] != nil }
            if let live = entry.record.live, slots[live] == nil {
                entry.problem = "model.yaml says live: \(live.rawValue), but slots has no version for it"
            }
        } catch {
            entry.problem = error.description
        }
        return entry
    }

    private func restore(_ model: String, _ slot: Slot) async {
        guard let entry = self.entries[model], let held = entry.record.slots[slot] else { return }
        guard !self.isFrozen || !held.digest.isEmpty else { return }
        // An operator may have been faster.
        guard entry[slot].machine.state == .empty else { return }
        try? self.entries[model]?[slot].machine.beginLoad()
        self.entries[model]?[slot].incoming = (held.version, held.source)
        do throws(ControlError) {
            let loaded = try await self.bring(model, slot, held)
            try await self.exclusively(evenFrozen: true) { () throws(ControlError) in
                try await self.confirmFirst(model, slot, loaded)
                self.occupy(model, slot, with: loaded)
                await self.publish()
            }
        } catch {
            // Files do not change by themselves; a server may only be late.
            let isRetried = !self.isShuttingDown && Self.isRemote(model, held)
            let reason = error.message + (isRetried ? Self.retryNote : "")
            try? self.entries[model]?[slot].machine.fail(reason)
            self.entries[model]?[slot].incoming = nil
            self.entries[model]?[slot].lastFailure = reason
            if isRetried { self.retryLater(model, slot, held) }
            self.logger.error(
                "a slot could not be restored",
                metadata: ["model": "\(model)", "slot": "\(slot.rawValue)", "reason": "\(error.message)"]
            )
        }
    }

    private static func isRemote(_ model: String, _ held: ModelRecord.Held) -> Bool {
        guard let name = ModelName(model) else { return false }
        return ModelRepository(root: FilePath(held.source)).isRemote(name, version: held.version)
    }

    /// What the slot is said to hold, made ready to answer.
    func bring(_ model: String, _ slot: Slot, _ held: ModelRecord.Held) async throws(ControlError) -> LoadedModel {
        guard let name = ModelName(model) else { throw self.unknown(model) }
        if let brought = self.takePreloaded(model, slot, held) {
            guard let change = LoadFailure.change(of: held.version, from: held.digest, to: brought.digest) else {
                return brought
            }
            throw ControlError(.loadFailed, change.reason)
        }
        let source = ModelRepository(root: FilePath(held.source))
        return try await self.prepare(name, slot, version: held.version, from: source, expecting: held.digest)
    }

    /// The first load of a slot the store has not seen is written down, so that from now on the store's word counts.
    func confirmFirst(_ model: String, _ slot: Slot, _ loaded: LoadedModel) async throws(ControlError) {
        guard var record = self.entries[model]?.record, record.slots[slot]?.digest.isEmpty == true else { return }
        let liveBefore = record.revision > 0 ? record.live : nil
        record.revision += 1
        record.slots[slot]?.digest = loaded.digest
        _ = try await self.commit(
            record,
            "initialised",
            Self.system,
            liveBefore: liveBefore,
            slot: slot,
            version: loaded.version
        )
    }
}
