import Glibc
import Inference
import ServingCore
import Slots
import SystemPackage
import TestSupport
import Testing

@Suite struct SlotLoaderTests {
    static let good = #"{"inputs":[{"name":"x","shape":[1,1],"datatype":"INT32","data":[1]}]}"#
    static let floats = ModelSignature(
        inputs: FakeEngine.rows.inputs,
        outputs: [TensorSpec(name: "y", datatype: .fp32, shape: [-1, 1])]
    )

    let folder: TemporaryRepository

    init() throws {
        self.folder = try TemporaryRepository()
        try self.folder.write("model", to: "m/1/model.onnx")
    }

    private func load(
        version: Int? = nil,
        memory: Int64? = nil,
        warming: @escaping @Sendable () -> Void = {},
        _ makeEngine: @escaping SlotLoader.MakeEngine
    ) async throws -> LoadedModel {
        let loader = SlotLoader(
            threads: TestThreads.loading,
            memory: MemoryAdmission { memory },
            makeEngine: makeEngine,
            connect: noRemotes
        )
        let model = try #require(ModelName("m"))
        let repository = ModelRepository(root: FilePath(self.folder.path))
        return try await loader.load(model, version: version, from: repository, warming: warming)
    }

    /// The failure of a load that must fail.
    private func failure(
        version: Int? = nil,
        memory: Int64? = nil,
        _ makeEngine: @escaping SlotLoader.MakeEngine
    ) async -> LoadFailure? {
        await #expect(throws: LoadFailure.self) {
            try await self.load(version: version, memory: memory, makeEngine)
        }
    }

    private func declare(_ lines: String...) throws {
        try self.folder.write("warmup: warmup.jsonl\n", to: "m/model.yaml")
        try self.folder.write(lines.joined(separator: "\n"), to: "m/warmup.jsonl")
    }

    private static func answering(_ body: @escaping FakeEngine.Body) -> SlotLoader.MakeEngine {
        { _, _ in .success(FakeEngine(signature: Self.floats, body: body)) }
    }

    @Test("A version is loaded from its bytes with the threads its manifest asks for, and described")
    func load() async throws {
        try self.folder.write("threads: 3\n", to: "m/model.yaml")
        try self.folder.write("newest", to: "m/2/model.onnx")
        let seen = Outcomes<String>()
        let model = try await self.load { bytes, count in
            seen.deliver("\(bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }), \(count) threads")
            return .success(FakeEngine())
        }
        #expect(seen.all == ["newest, 3 threads"])
        #expect(model.version == 2)
        #expect(model.source == self.folder.path)
        #expect(model.digest.count == 64)
        #expect(model.warmUp.declared == 0)
        #expect(model.warmUp.medianNanoseconds != nil)
    }

    @Test("Declared requests are run and counted, and the measurement is taken from them")
    func declared() async throws {
        try self.declare(Self.good, Self.good)
        let engine = FakeEngine()
        let model = try await self.load { _, _ in .success(engine) }
        #expect(model.warmUp.declared == 2)
        #expect(model.warmUp.inputBytes == 4)
        #expect(engine.runs.count > 3)
    }

    @Test("A manifest that compares an output the version lacks is loaded, and the slot says so")
    func strangeOutput() async throws {
        try self.folder.write("compare: {outputs: {z: {comparator: exact}}}\n", to: "m/model.yaml")
        let model = try await self.load { _, _ in .success(FakeEngine()) }
        #expect(
            model.warmUp.note
                == "model.yaml says how to compare z, which is no output of this version; its outputs are y"
        )
    }

    @Test("The warm-up is announced after the model was built")
    func announcesWarmUp() async throws {
        let order = Outcomes<String>()
        let makeEngine: SlotLoader.MakeEngine = { _, _ in
            order.deliver("built")
            return .success(
                FakeEngine { inputs, _, _ in
                    order.deliver("run")
                    return inputs
                }
            )
        }
        _ = try await self.load(warming: { order.deliver("warming") }, makeEngine)
        #expect(order.all.prefix(3) == ["built", "warming", "run"])
    }

    @Test("A missing version is not found; a model the runtime refuses has failed, with its sentence")
    func notLoadable() async throws {
        let missing = await self.failure(version: 9) { _, _ in .success(FakeEngine()) }
        #expect(missing?.code == .notFound)
        let refused = await self.failure { _, _ in .failure(EngineLoadError(.notAModel, "not a model at all")) }
        #expect(refused == LoadFailure(.failed, "not a model at all"))
    }

    @Test("Batching a model whose tensors cannot be put together is refused")
    func unsuitableBatching() async throws {
        try self.folder.write("batching: {maxBatchSize: 4}\n", to: "m/model.yaml")
        let fixed = ModelSignature(inputs: [TensorSpec(name: "x", datatype: .fp32, shape: [1])], outputs: [])
        let failure = await self.failure { _, _ in .success(FakeEngine(signature: fixed)) }
        #expect(failure?.code == .failed)
        #expect(failure?.reason.contains("dynamic first dimension") == true)
    }

    @Test("A model that does not fit is refused before the runtime sees it")
    func memory() async throws {
        let built = Outcomes<Bool>()
        let failure = await self.failure(memory: 1 << 20) { _, _ in
            built.deliver(true)
            return .success(FakeEngine())
        }
        #expect(failure?.code == .insufficientMemory)
        #expect(built.all.isEmpty)
    }

    @Test("A file larger than the memory is refused before it is read")
    func hugeFile() async throws {
        try self.folder.writeHole(of: 1 << 39, to: "m/1/model.onnx")
        let failure = await self.failure(memory: 1 << 30) { _, _ in .success(FakeEngine()) }
        #expect(failure?.code == .insufficientMemory)
        #expect(failure?.reason.contains("524288 MiB") == true)
    }

    @Test("An answer with NaN to a declared request refuses the version")
    func nan() async throws {
        try self.declare(Self.good)
        let failure = await self.failure(Self.answering { _, _, _ in [.of(.fp32, [Float.nan], shape: [1, 1])] })
        #expect(failure?.reason == "warm-up request 1: output 'y' holds NaN or infinity at element 0")
    }

    @Test("An answer of another shape than declared refuses the version")
    func wrongShape() async throws {
        try self.declare(Self.good)
        let failure = await self.failure(Self.answering { _, _, _ in [.of(.fp32, [1] as [Float], shape: [1])] })
        #expect(failure?.reason.contains("came with shape [1], declared is [-1, 1]") == true)
    }

    @Test("An answer with an output missing refuses the version")
    func missingOutput() async throws {
        try self.declare(Self.good)
        let failure = await self.failure(Self.answering { _, _, _ in [] })
        #expect(failure?.code == .failed)
    }

    @Test("A declared request that does not fit the model is named by its number")
    func undecodable() async throws {
        try self.declare(Self.good, Self.good.replacing("INT32", with: "FP32"))
        let failure = await self.failure { _, _ in .success(FakeEngine()) }
        #expect(failure?.reason.hasPrefix("warm-up request 2 does not fit the model:") == true)
    }

    @Test("A declared request that the model fails on refuses the version")
    func failingRun() async throws {
        try self.declare(Self.good)
        let failure = await self.failure(
            Self.answering { _, _, _ throws(InferenceError) in throw InferenceError(.modelFailed, "no such word") }
        )
        #expect(failure?.reason == "warm-up request 1 failed: no such word")
    }

    @Test("A declared request that fails when it is repeated refuses the version")
    func failingRepetition() async throws {
        try self.declare(Self.good)
        let runs = Outcomes<Bool>()
        let failure = await self.failure { _, _ in
            .success(
                FakeEngine { inputs, _, _ throws(InferenceError) in
                    runs.deliver(true)
                    guard runs.all.count == 1 else { throw InferenceError(.modelFailed, "odd") }
                    return inputs
                }
            )
        }
        #expect(failure?.reason.contains("odd") == true)
    }

    @Test("When only a made-up request fails, the version is taken, with a note, and runs on workers")
    func madeUpFails() async throws {
        let model = try await self.load(
            Self.answering { _, _, _ throws(InferenceError) in throw InferenceError(.modelFailed, "no zeros please") }
        )
        #expect(model.warmUp.medianNanoseconds == nil)
        #expect(model.warmUp.note?.contains("no zeros please") == true)
        #expect(!model.executor.runsInline([]))
    }

    @Test("A made-up request has one row of zeros, and a word for text")
    func madeUp() async throws {
        let signature = ModelSignature(
            inputs: [
                TensorSpec(name: "a", datatype: .fp32, shape: [-1, 3]),
                TensorSpec(name: "b", datatype: .bytes, shape: [-1, 2]),
                TensorSpec(name: "c", datatype: .bool, shape: []),
            ],
            outputs: []
        )
        let engine = FakeEngine(signature: signature) { _, _, _ in [] }
        _ = try await self.load { _, _ in .success(engine) }
        let inputs = try #require(engine.runs.first)
        #expect(inputs.map(\.shape) == [[1, 3], [1, 2], []])
        #expect(inputs.map(\.bytes.count) == [12, 16, 1])
        #expect(inputs[1].rawBytes == [4, 0, 0, 0] + Array("warm".utf8) + [4, 0, 0, 0] + Array("warm".utf8))
    }

    @Test(
        "A signature too large for a made-up request is noted, not a trap",
        arguments: [[1 << 40], [1 << 62, 4], [.max, .max]] as [[Int64]]
    )
    func hugeSignature(_ shape: [Int64]) async throws {
        let signature = ModelSignature(inputs: [TensorSpec(name: "x", datatype: .fp64, shape: shape)], outputs: [])
        let engine = FakeEngine(signature: signature) { _, _, _ in [] }
        let model = try await self.load { _, _ in .success(engine) }
        #expect(model.warmUp.medianNanoseconds == nil)
        #expect(model.warmUp.note?.contains("warmup") == true)
        #expect(engine.runs.isEmpty)
    }

    @Test("Loading threads run at a lower priority than those that serve")
    func priority() async throws {
        let nice = Outcomes<Int32>()
        _ = try await self.load { _, _ in
            nice.deliver(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
            return .success(FakeEngine())
        }
        #expect(try #require(nice.all.first) >= 10)
    }

    @Test("A server that is being asked what it takes is given up when the gateway stops")
    func stopsAsking() async throws {
        let folder = try TemporaryRepository()
        try folder.write("kind: openinference\nendpoints: [\"http://127.0.0.1:1\"]\n", to: "m/1/backend.yaml")
        let asked = Outcomes<String>()
        let loader = SlotLoader(
            threads: TestThreads.loading,
            makeEngine: { _, _ in .success(FakeEngine()) },
            connect: { _, _, _, cancellation in
                let gate = Gate()
                if cancellation.begin(stop: { gate.open() }) {
                    asked.deliver("begun")
                    if gate.pass() { asked.deliver("given up") }
                    cancellation.end()
                }
                return .failure(EngineLoadError(.refused, "no answer"))
            }
        )
        let model = try #require(ModelName("m"))
        let repository = ModelRepository(root: FilePath(folder.path))
        let load = Task { try await loader.load(model, version: 1, from: repository) {} }
        #expect(await eventually { asked.all == ["begun"] })
        loader.stop()
        let failure = await #expect(throws: LoadFailure.self) { _ = try await load.value }
        #expect(failure == LoadFailure(.failed, "the gateway is shutting down"))
        #expect(asked.all == ["begun", "given up"])
    }
}
