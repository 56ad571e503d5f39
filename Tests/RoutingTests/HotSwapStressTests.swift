import Inference
import NIOCore
import NIOPosix
import Routing
import ServingCore
import Slots
import Synchronization
import TestSupport
import Testing

/// Swaps under load, as fast as the loops take them. Sound also under `--sanitize=thread`.
@Suite(.timeLimit(.minutes(2))) struct HotSwapStressTests {
    /// Knows whether it was freed: a run after that is the bug this test looks for.
    private final class TrackedEngine: InferenceEngine {
        let signature = FakeEngine.rows
        private let alive: Tally

        init(_ alive: Tally) {
            self.alive = alive
            alive.add(1)
        }

        deinit { self.alive.add(-1) }

        func run(_ inputs: [Tensor], outputs: [Int]?, cancellation: RunCancellation?) -> [Tensor] { inputs }
    }

    private final class Tally: Sendable {
        private let value = Atomic(0)
        func add(_ amount: Int) { self.value.add(amount, ordering: .sequentiallyConsistent) }
        var count: Int { self.value.load(ordering: .sequentiallyConsistent) }
    }

    /// Simulated clients of one loop: at each tick some requests start, each holding its handle for some ticks.
    private final class Traffic {
        private let loop: any EventLoop
        private let publisher: RoutingPublisher
        private let problems: Tally
        private let served: Tally
        private var random: SeededRandom
        private var running: [(handle: SlotHandle, ticksLeft: Int)] = []
        private var newest: UInt64 = 0
        private var isStopping = false

        init(_ loop: any EventLoop, _ publisher: RoutingPublisher, seed: UInt64, problems: Tally, served: Tally) {
            self.loop = loop
            self.publisher = publisher
            self.problems = problems
            self.served = served
            self.random = SeededRandom(seed: seed)
        }

        func tick() {
            self.running = self.running.compactMap { request in
                guard request.ticksLeft > 0 else {
                    self.finish(request.handle)
                    return nil
                }
                return (request.handle, request.ticksLeft - 1)
            }
            if !self.isStopping { self.start() }
            guard !self.isStopping || !self.running.isEmpty else { return }
            let bound = NIOLoopBound(self, eventLoop: self.loop)
            self.loop.scheduleTask(in: .microseconds(50)) { bound.value.tick() }
        }

        func stop() { self.isStopping = true }

        private func start() {
            guard let table = self.publisher.routing(on: self.loop)?.table else { return }
            if table.generation < self.newest { self.problems.add(1) }
            self.newest = table.generation
            guard let live = table.models["m"]?.live else { return }
            if live.generation != table.generation { self.problems.add(1) }
            guard self.running.count < 64 else { return }
            live.running.count += 1
            self.running.append((live, Int.random(in: 0...20, using: &self.random)))
        }

        private func finish(_ handle: SlotHandle) {
            handle.running.count -= 1
            let executor = handle.model.executor
            let input = Tensor.of(.int32, [1] as [Int32], shape: [1, 1])
            do throws(InferenceError) {
                _ = try executor.runInline([input], outputs: nil)
                // The queue is what a shut-down executor refuses; asking it starts a thread, so not always.
                if Int.random(in: 0..<32, using: &self.random) == 0 {
                    _ = try executor.submit([input], outputs: nil) { _ in }
                }
            } catch {
                // A full queue is the engine's own business.
                if error.code != .overloaded { self.problems.add(1) }
            }
            self.served.add(1)
        }
    }

    @Test(
        "Across 2,000 swaps no request meets a freed model, no loop goes back, and everything drains",
        arguments: [1, 2] as [UInt64]
    )
    func swaps(_ seed: UInt64) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 4)
        let publisher = try await RoutingPublisher(group: group)
        let ledger = LeaseLedger()
        let (problems, served, alive) = (Tally(), Tally(), Tally())
        var traffic: [NIOLoopBound<Traffic>] = []
        for (index, loop) in group.makeIterator().enumerated() {
            traffic.append(
                try await loop.submit {
                    let traffic = Traffic(
                        loop,
                        publisher,
                        seed: seed &* 100 &+ UInt64(index),
                        problems: problems,
                        served: served
                    )
                    traffic.tick()
                    return NIOLoopBound(traffic, eventLoop: loop)
                }.get()
            )
        }

        var random = SeededRandom(seed: seed)
        var held: [Slot: LoadedModel] = [:]
        var live = Slot.blue
        var generation: UInt64 = 0
        for _ in 0..<2_000 {
            // Replace the side that is not live, empty it, or leave it; then perhaps go over to it.
            switch Int.random(in: 0..<4, using: &random) {
            case 0: held[live.other] = nil
            case 1, 2: held[live.other] = try .fake(version: Int(generation) + 1, engine: TrackedEngine(alive))
            default: break
            }
            if held[live.other] != nil, Bool.random(using: &random) { live = live.other }
            generation += 1
            var leases: [Slot: Lease] = [:]
            for (slot, model) in held { leases[slot] = ledger.open(slot, generation: generation, model: model) }
            try await publisher.publish(
                RoutingPlan(
                    generation: generation,
                    isReady: true,
                    models: ["m": .init(live: live, leases: leases, allowsSlotHeader: false)]
                )
            )
        }

        for bound in traffic { try await bound.eventLoop.submit { bound.value.stop() }.get() }
        #expect(await eventually { ledger.deadHandles(before: generation) == 0 })
        held = [:]
        try await publisher.publish(RoutingPlan(generation: generation + 1, isReady: false, models: [:]))
        #expect(await eventually { ledger.deadHandles(before: .max) == 0 })
        #expect(await eventually { alive.count == 0 })
        #expect(problems.count == 0)
        #expect(served.count > 0)
        try await group.shutdownGracefully()
    }
}
