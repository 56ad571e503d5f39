import Gateway
import NIOCore
import NIOEmbedded
import Routing
import ServingCore
import Shadow
import Slots
import Telemetry
import TestSupport
import Testing

@Suite struct LoopOverloadTests {
    private static let ms: UInt64 = 1_000_000
    private let routing = LoopRouting()
    private let counters = MetricsShard().counters(for: SeriesKey(model: "m", slot: "blue", version: 1))
    private let handle: SlotHandle

    init() throws {
        let lease = LeaseLedger().open(.blue, generation: 1, model: try .fake())
        self.handle = SlotHandle(lease, counters: self.counters)
    }

    private func admits(_ overload: LoopOverload, at milliseconds: UInt64) -> Bool {
        (try? overload.admit(self.handle, now: .uptimeNanoseconds(milliseconds * Self.ms))) != nil
    }

    @Test func `what comes on top of the limit of all models is refused until one has left`() {
        var limits = OverloadLimits()
        limits.inFlight = 4
        let overload = LoopOverload(limits: limits, loops: 2)
        #expect(self.admits(overload, at: 1))
        #expect(self.admits(overload, at: 1))
        #expect(!self.admits(overload, at: 1))
        overload.leave()
        #expect(self.admits(overload, at: 1))
        #expect(overload.inFlight == 2)
        #expect(overload.refusals.inFlight == 1)
    }

    @Test func `a version that answers as many as it may is not asked, and the refusal is counted as its own`() {
        let overload = LoopOverload()
        self.handle.running.count = self.handle.model.manifest.maxInFlightRequests
        #expect(throws: InferenceError(.overloaded, "too many requests are being answered; try again later")) {
            try overload.admit(self.handle, now: .now())
        }
        #expect(self.counters.count(.shed) == 1)
        #expect(overload.inFlight == 0)
    }

    @Test func `the mirrored leg gives way before a request does`() {
        let loop = EmbeddedEventLoop()
        let overload = LoopOverload(on: loop)
        for look: UInt64 in 0...2 { overload.look(self.routing, now: (1_000 + look * 50) * Self.ms, late: 8 * Self.ms) }
        #expect(self.routing.pressure.admitted == 0)
        #expect(self.admits(overload, at: 1_101))
        #expect(self.admits(overload, at: 1_149))
        self.routing.pressure.adjust(demand: 0.1, late: 0)
        overload.look(self.routing, now: 1_150 * Self.ms, late: 8 * Self.ms)
        #expect(self.admits(overload, at: 1_151))
        #expect(self.admits(overload, at: 1_161))
        #expect(!self.admits(overload, at: 1_162))
        #expect(overload.refusals.loop == 1)
        // The next turn of the loop.
        loop.run()
        #expect(self.admits(overload, at: 1_163))
    }
}
