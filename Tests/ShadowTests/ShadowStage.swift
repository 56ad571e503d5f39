import ServingCore
import Shadow
import Slots
import Synchronization
import TestSupport
import Testing

/// One trial of model `m`, version 2 against 1, with a lane that the test drives in an event loop's place.
struct ShadowStage {
    let pairs = CollectedPairs()
    let service: ShadowService
    let trial: ShadowTrial
    let lane: MirrorLane
    let pressure = LoopPressure()
    static let release = Release(
        id: 1_000,
        model: "m",
        kind: .candidate,
        live: .init(slot: .blue, version: 1, digest: "digest-1"),
        candidate: .init(slot: .green, version: 2, digest: "digest-2")
    )

    init(
        live: FakeEngine = FakeEngine(),
        candidate: FakeEngine = FakeEngine(),
        settings: TrafficSettings = TrafficSettings(shadow: 1, noise: 0),
        limits: ShadowLimits = ShadowLimits(),
        grace: UInt64 = 1_000_000_000
    ) throws {
        self.service = ShadowService(sink: self.pairs, grace: grace, now: { 5_000 }, memoryIsShort: { false })
        self.trial = self.service.open(
            Self.release,
            live: try .fake(engine: live),
            candidate: try .fake(version: 2, engine: candidate),
            limits: limits
        )
        self.lane = MirrorLane(self.trial, settings: settings, pressure: self.pressure)
    }

    var counts: ShadowCounts { self.service.counts(of: Self.release.id) }

    static func row(_ value: Int32) -> Tensor { .of(.int32, [value], shape: [1, 1]) }

    /// What an event loop does for one request; false when it was not sampled, or given up at once.
    @discardableResult
    func send(_ value: Int32, id: String? = nil, live: Result<[Tensor], InferenceError>? = nil) -> Bool {
        guard let ticket = self.lane.decide(requestID: id, skips: false, segments: []) else { return false }
        self.lane.offer(
            ticket,
            requestID: id,
            source: .tensors([Self.row(value)], outputs: nil, live: live ?? .success([Self.row(value)])),
            liveNanoseconds: 1_000,
            bodyBytes: 0
        )
        return true
    }

    /// Waits until nothing is on its way, then checks the law.
    func settled(sourceLocation: SourceLocation = #_sourceLocation) async -> ShadowCounts {
        #expect(await eventually { self.counts.pending == 0 }, sourceLocation: sourceLocation)
        let counts = self.counts
        #expect(counts.sampled == counts.paired + counts.droppedTotal, sourceLocation: sourceLocation)
        #expect(self.pairs.pairs.count == Int(counts.paired), sourceLocation: sourceLocation)
        return counts
    }

    /// Ends the trial as the control plane does and waits until it is over.
    func close(_ reason: ShadowDrop = .candidateNotReady) async {
        self.lane.seal()
        await withCheckedContinuation { continuation in
            self.service.close(self.trial, reason) { continuation.resume() }
        }
    }

    /// Waits for the threads; call it at the end of each test.
    func shutDown() async {
        self.lane.seal()
        let service = self.service
        await onThread { service.shutDown() }
    }
}
