import Glibc
import NIOCore
import NIOPosix
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing

@Suite struct LoadedModelTests {
    /// Says on which thread it was freed.
    private final class MortalEngine: InferenceEngine {
        let signature = FakeEngine.rows
        private let freed: Outcomes<UInt>

        init(_ freed: Outcomes<UInt>) { self.freed = freed }
        deinit { self.freed.deliver(UInt(pthread_self())) }

        func run(_ inputs: [Tensor], outputs: [Int]?, cancellation: RunCancellation?) -> [Tensor] { inputs }
    }

    @Test("A model whose last reference dies on an event loop is freed on another thread, every time")
    func freedElsewhere() async throws {
        let loop = TestThreads.twoLoops.next()
        // Who lets go last is a race if it is done wrong: once is not enough.
        for _ in 0..<200 {
            let freed = Outcomes<UInt>()
            let model = NIOLoopBoundBox<LoadedModel?>.makeEmptyBox(eventLoop: loop)
            try await Self.put(MortalEngine(freed), into: model)
            let loopThread = try await loop.submit {
                model.value = nil
                return UInt(pthread_self())
            }.get()
            #expect(await eventually { freed.all.count == 1 })
            #expect(freed.all.first != loopThread)
        }
    }

    private static func put(_ engine: MortalEngine, into box: NIOLoopBoundBox<LoadedModel?>) async throws {
        let model = try LoadedModel.fake(engine: engine)
        try await box.eventLoop.submit { box.value = model }.get()
    }

    @Test("A handle's header lines name slot, version and generation")
    func headers() throws {
        let lease = LeaseLedger().open(.green, generation: 17, model: try .fake(version: 3))
        let handle = SlotHandle(
            lease,
            counters: MetricsShard().counters(for: .init(model: "m", slot: "green", version: 3))
        )
        #expect(
            String(decoding: handle.answerHeaders, as: UTF8.self)
                == "teal-slot: green\r\nteal-version: 3\r\nteal-generation: 17\r\n"
        )
    }
}
