import Cutover
import Inference
import Logging
import NIOCore
import NIOPosix
import Routing
import ServingCore
import Slots
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A slot manager on two real event loops, over a repository on disk whose models are fakes.
final class Workshop: Sendable {
    static let group = TestThreads.twoLoops
    static let operatorOne = ActionContext(actor: "ann", reason: "because")

    let folder: TemporaryRepository
    let store: ScriptedStore
    let factory = FakeFactory()
    let publisher: RoutingPublisher
    let manager: SlotManager

    /// Model `m`; blue holds version 1 and green version 2 on a first start, unless `manifest` says otherwise.
    /// `versions` are the texts of the model files, which say how `FakeFactory` lets the model behave.
    init(
        manifest: String = "slots: {blue: 1, green: 2}\nlive: blue\nslotHeader: true\n",
        versions: [Int: String] = [1: "one", 2: "two", 3: "three"],
        store: ScriptedStore = ScriptedStore(),
        folder: TemporaryRepository? = nil,
        drainLimit: Duration = .seconds(10),
        trials: TrialKeeper? = nil,
        taken: TakenSlots? = nil,
        connect: @escaping SlotLoader.Connect = noRemotes
    ) async throws {
        self.folder = try folder ?? TemporaryRepository()
        self.store = store
        self.publisher = try await RoutingPublisher(group: Self.group)
        if folder == nil {
            try self.folder.write(manifest, to: "m/model.yaml")
            for (version, text) in versions { try self.folder.write(text, to: "m/\(version)/model.onnx") }
        }
        self.manager = SlotManager(
            repository: ModelRepository(root: FilePath(self.folder.path)),
            loader: SlotLoader(
                threads: TestThreads.loading,
                memory: MemoryAdmission { nil },
                makeEngine: self.factory.make,
                connect: connect
            ),
            publisher: self.publisher,
            store: store,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { WallClock.microseconds },
            drainLimit: drainLimit,
            trials: trials,
            taken: taken
        )
    }

    /// A workshop whose manager has started.
    static func started(
        manifest: String = "slots: {blue: 1, green: 2}\nlive: blue\nslotHeader: true\n",
        versions: [Int: String] = [1: "one", 2: "two", 3: "three"],
        drainLimit: Duration = .seconds(10)
    ) async throws -> Workshop {
        let workshop = try await Workshop(manifest: manifest, versions: versions, drainLimit: drainLimit)
        try await workshop.manager.start()
        return workshop
    }

    /// Another process on the same disk and the same database, started.
    func restarted() async throws -> Workshop {
        let workshop = try await Workshop(store: ScriptedStore(self.store.memory), folder: self.folder)
        try await workshop.manager.start()
        return workshop
    }

    // MARK: What is seen

    func status(_ model: String = "m") async throws -> ModelStatus { try await self.manager.status(of: model) }

    func slot(_ slot: Slot) async throws -> SlotStatus {
        try #require(try await self.status().slots.first { $0.slot == slot })
    }

    /// State and role of both slots, e.g. `blue ready live, green empty none`.
    func summary() async throws -> String {
        try await self.status().slots
            .map { "\($0.slot) \($0.version.map { "v\($0) " } ?? "")\($0.state) \($0.role)" }
            .joined(separator: ", ")
    }

    /// What both loops route to now, as the version of the live slot; they must agree.
    func routedVersion() async throws -> Int? {
        var versions: [Int?] = []
        for loop in Self.group.makeIterator() {
            let publisher = self.publisher
            versions.append(
                try await loop.submit { publisher.routing(on: loop)?.table.models["m"]?.live?.model.version }.get()
            )
        }
        #expect(Set(versions).count == 1)
        return versions.first ?? nil
    }

    /// Whether each loop's table says that everything can be served.
    func routedReadiness() async throws -> [Bool] {
        var answers: [Bool] = []
        for loop in Self.group.makeIterator() {
            let publisher = self.publisher
            answers.append(try await loop.submit { publisher.routing(on: loop)?.table.isReady == true }.get())
        }
        return answers
    }

    /// A request that starts now on the live slot (or on `slot`) and runs until `finish`.
    func startRequest(on slot: Slot? = nil) async throws -> RunningRequest {
        let loop = Self.group.next()
        let publisher = self.publisher
        let handle = NIOLoopBoundBox<SlotHandle?>.makeEmptyBox(eventLoop: loop)
        try await loop.submit {
            let route = publisher.routing(on: loop)?.table.models["m"]
            handle.value = slot.map { route?.handle(of: $0) } ?? route?.live
        }.get()
        return RunningRequest(handle: handle)
    }

    /// Actions in the audit log, oldest first.
    var actions: [String] { self.store.memory.entries.map(\.action) }

    func lastEntry() throws -> AuditEntry { try #require(self.store.memory.entries.last) }

    // MARK: What is done

    @discardableResult
    func load(
        _ slot: Slot,
        _ version: Int?,
        waits: Bool = true,
        context: ActionContext = operatorOne
    ) async throws -> ActionReply {
        try await self.manager.load(LoadRequest(model: "m", slot: slot, version: version, waits: waits), context)
    }

    @discardableResult
    func promote(_ context: ActionContext = operatorOne) async throws -> ActionReply {
        try await self.manager.promote(model: "m", context)
    }

    @discardableResult
    func rollback(_ context: ActionContext = operatorOne) async throws -> ActionReply {
        try await self.manager.rollback(model: "m", context)
    }

    @discardableResult
    func setTraffic(
        shadow: Double? = nil,
        noise: Double? = nil,
        _ context: ActionContext = operatorOne
    ) async throws -> ActionReply {
        try await self.manager.setTraffic(TrafficChange(shadow: shadow, noise: noise), model: "m", context)
    }

    @discardableResult
    func unload(_ slot: Slot, _ context: ActionContext = operatorOne) async throws -> ActionReply {
        try await self.manager.unload(model: "m", slot: slot, context)
    }
}

/// A request that holds the handle it started with, on its loop.
struct RunningRequest: Sendable {
    let handle: NIOLoopBoundBox<SlotHandle?>

    /// The version that answers it.
    func version() async throws -> Int? {
        let handle = self.handle
        return try await handle.eventLoop.submit { handle.value?.model.version }.get()
    }

    func finish() async throws {
        let handle = self.handle
        try await handle.eventLoop.submit { handle.value = nil }.get()
    }
}

/// Builds fake engines by the text of the model file: `broken...` cannot be built, `wide...` takes another shape,
/// anything else answers with its input. A gate holds back the build of one text.
final class FakeFactory: Sendable {
    private let gates = Mutex<[String: Gate]>([:])
    private let begun = Mutex<[String]>([])

    /// Texts whose build has begun, in order.
    var builds: [String] { self.begun.withLock { $0 } }

    /// From now on a build of `text` waits for the gate that is returned.
    func hold(_ text: String) -> Gate {
        let gate = Gate()
        self.gates.withLock { $0[text] = gate }
        return gate
    }

    func make(_ bytes: TensorBytes, _ threads: Int) -> Result<any InferenceEngine, EngineLoadError> {
        let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        self.begun.withLock { $0.append(text) }
        self.gates.withLock { $0[text] }?.pass()
        if text.hasPrefix("broken") { return .failure(EngineLoadError(.notAModel, "not a model: \(text)")) }
        guard text.hasPrefix("wide") else { return .success(FakeEngine()) }
        let wide = TensorSpec(name: "x", datatype: .int32, shape: [-1, 2])
        return .success(FakeEngine(signature: ModelSignature(inputs: [wide], outputs: FakeEngine.rows.outputs)))
    }
}

extension ActionContext {
    /// `actor` acting under a condition.
    static func by(
        _ actor: String = "ann",
        revision: Int64? = nil,
        key: String? = nil,
        force: Bool = false,
        reason: String? = "because",
        waitsForDrain: Bool = false
    ) -> ActionContext {
        ActionContext(
            actor: actor,
            reason: reason,
            expectedRevision: revision,
            idempotencyKey: key,
            force: force,
            waitsForDrain: waitsForDrain
        )
    }
}

/// The `ControlError` that `body` throws; records an issue when it does not.
func refusal<Value>(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async -> ControlError? {
    do {
        _ = try await body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as ControlError {
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}
