import Inference
import ServingCore
import Slots
import SystemPackage
import TestSupport
import Testing

@Suite("A warm-up with requests recorded from live traffic", .timeLimit(.minutes(1))) struct RecordedWarmUpTests {
    static let good = #"{"inputs":[{"name":"x","shape":[1,1],"datatype":"INT32","data":[1]}]}"#
    static let hanging = #"{"inputs":[{"name":"x","shape":[1,1],"datatype":"INT32","data":[7]}]}"#

    let folder: TemporaryRepository

    init() throws {
        self.folder = try TemporaryRepository()
        try self.folder.write("model", to: "m/1/model.onnx")
    }

    private func load(
        _ recorded: [String],
        _ engine: FakeEngine,
        limits: WarmUpLimits = WarmUpLimits()
    ) async throws -> WarmUpResult {
        try await self.load(recorded, by: Self.loader(engine, limits))
    }

    private func load(_ recorded: [String], by loader: SlotLoader) async throws -> WarmUpResult {
        let model = try #require(ModelName("m"))
        let repository = ModelRepository(root: FilePath(self.folder.path))
        return try await loader.load(model, version: nil, from: repository, recorded: recorded, warming: {}).warmUp
    }

    private static func loader(_ engine: FakeEngine, _ limits: WarmUpLimits = WarmUpLimits()) -> SlotLoader {
        SlotLoader(
            threads: TestThreads.loading,
            memory: MemoryAdmission { nil },
            warmUpLimits: limits,
            makeEngine: { _, _ in .success(engine) },
            connect: noRemotes
        )
    }

    /// Answers with its input, except that a 7 has no answer until it is stopped.
    private static func engine(onHang: @escaping @Sendable () -> Void = {}) -> FakeEngine {
        FakeEngine { inputs, _, cancellation throws(InferenceError) in
            guard Self.first(inputs) == 7 else { return inputs }
            let stopped = Gate()
            guard cancellation?.begin(stop: { stopped.open() }) == true else {
                throw InferenceError(.timeout, "stopped before it began")
            }
            onHang()
            stopped.pass()
            throw InferenceError(.timeout, "stopped")
        }
    }

    private static func first(_ inputs: [Tensor]) -> UInt8? { inputs[0].bytes.withUnsafeBytes { $0.first } }

    @Test("Requests recorded from live traffic warm a version up; one it does not answer is told and refuses nothing")
    func recorded() async throws {
        let negative = #"{"inputs":[{"name":"x","shape":[1,1],"datatype":"INT32","data":[-1]}]}"#
        let engine = FakeEngine { inputs, _, _ throws(InferenceError) in
            guard Self.first(inputs) == 1 else {
                throw InferenceError(.modelFailed, "negative numbers are beyond me")
            }
            return inputs
        }
        let warmUp = try await self.load([Self.good, negative, "no request"], engine)
        #expect(warmUp.recorded == 3 && warmUp.unanswered == 2 && warmUp.stopped == 0)
        #expect(warmUp.medianNanoseconds != nil)
        #expect(
            warmUp.note == "2 of 3 requests recorded from live traffic: one failed: negative numbers are beyond me"
        )
    }

    @Test("A request the version hangs on is stopped after the model's time for requests, and the load goes on")
    func hangs() async throws {
        try self.folder.write("requestTimeout: 20ms\n", to: "m/model.yaml")
        let warmUp = try await self.load([Self.hanging, Self.good, Self.hanging], Self.engine())
        #expect(warmUp.recorded == 3 && warmUp.unanswered == 2 && warmUp.stopped == 2)
        #expect(warmUp.medianNanoseconds != nil)
        #expect(
            warmUp.note
                == "2 of 3 requests recorded from live traffic: one had no answer in time and was stopped; "
                + "2 stopped because they took too long"
        )
    }

    @Test("However long a model's requests may take, recorded ones are stopped when their time together is over")
    func longTimeout() async throws {
        try self.folder.write("requestTimeout: 7d\n", to: "m/model.yaml")
        var limits = WarmUpLimits()
        limits.recorded = .milliseconds(20)
        let warmUp = try await self.load([Self.hanging], Self.engine(), limits: limits)
        #expect(warmUp.recorded == 1 && warmUp.stopped == 1)
        #expect(warmUp.medianNanoseconds != nil)
    }

    @Test("Once the time to begin recorded requests is over, none is run")
    func start() async throws {
        var limits = WarmUpLimits()
        limits.recordedStart = .zero
        let warmUp = try await self.load([Self.hanging, Self.good], Self.engine(), limits: limits)
        #expect(warmUp.recorded == 0 && warmUp.note == nil)
        #expect(warmUp.medianNanoseconds != nil)
    }

    @Test("A recorded request that is answered only once refuses nothing: a made-up one is timed")
    func answeredOnce() async throws {
        let runs = Outcomes<UInt8?>()
        let engine = FakeEngine { inputs, _, _ throws(InferenceError) in
            runs.deliver(Self.first(inputs))
            guard Self.first(inputs) == 0 || runs.all.count == 1 else { throw InferenceError(.modelFailed, "odd") }
            return inputs
        }
        let warmUp = try await self.load([Self.good], engine)
        #expect(warmUp.recorded == 1 && warmUp.unanswered == 0)
        #expect(warmUp.medianNanoseconds != nil)
        #expect(runs.all.last == 0)
    }

    @Test("A declared request that hangs refuses the version")
    func declaredHangs() async throws {
        try self.folder.write("warmup: warmup.jsonl\n", to: "m/model.yaml")
        try self.folder.write(Self.hanging, to: "m/warmup.jsonl")
        var limits = WarmUpLimits()
        limits.declared = .milliseconds(20)
        await #expect(
            throws: LoadFailure(
                .failed,
                "the warm-up was stopped before the model had answered; it may never do"
            )
        ) { try await self.load([Self.good], Self.engine(), limits: limits) }
    }

    @Test("A stop of the gateway ends a recorded request that hangs, and its load with it")
    func stop() async throws {
        let hangs = Outcomes<Bool>()
        let loader = Self.loader(Self.engine { hangs.deliver(true) })
        let load = Task { try await self.load([Self.hanging, Self.good], by: loader) }
        #expect(await eventually { !hangs.all.isEmpty })
        loader.stop()
        await #expect(throws: LoadFailure(.failed, "the gateway is shutting down")) { try await load.value }
    }
}
