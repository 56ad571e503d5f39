import Capture
import Comparison
import Logging
import ServingCore
import Synchronization
import TestSupport
import Trials

/// A recorder and a reader over a store that outlives them, and counters of requests as the shadow service keeps them.
final class TrialStage: Sendable {
    let store: InMemoryCaptureStore
    let recorder: TrialRecorder
    let reader: TrialReader
    let counts = Mutex<[Int64: ShadowCounts]>([:])
    /// Releases that were said to be deterministic, in order.
    private let said = Mutex<[Int64]>([])
    var announced: [Int64] { self.said.withLock { $0 } }

    init(
        _ store: InMemoryCaptureStore = InMemoryCaptureStore(),
        limit: Int = 64,
        meaning: (any TextMeaning)? = nil
    ) {
        self.store = store
        let stage = Unowned<TrialStage>()
        self.recorder = TrialRecorder(
            store: store,
            key: [UInt8](repeating: 7, count: 32),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            limit: limit,
            meaning: meaning,
            counts: { id in stage.value?.counts.withLock { $0[id] } ?? ShadowCounts() },
            onDeterministic: { id in stage.value?.said.withLock { $0.append(id) } }
        )
        self.reader = TrialReader(
            recorder: self.recorder,
            store: store,
            isUnderPressure: { $0 == "pressed" },
            noiseShare: { $0 == "digits" ? 0.1 : nil }
        )
        stage.set(self)
    }

    func begin(
        _ release: Release,
        signature: ModelSignature = .sample,
        capture: CapturePolicy = CapturePolicy(mode: .full),
        gate: GatePolicy = GatePolicy()
    ) {
        self.recorder.begin(
            release,
            live: signature,
            candidate: signature,
            comparison: ComparisonSettings(),
            capture: capture,
            gate: gate
        )
    }

    /// Samples a request and makes it a pair.
    func mirror(_ pair: Pair) {
        self.recorder.accept(pair)
        self.count(pair.release) { counts in
            counts.sampled += 1
            counts.paired += 1
        }
    }

    func count(_ release: Int64, _ body: (inout ShadowCounts) -> Void) {
        self.counts.withLock { body(&$0[release, default: ShadowCounts()]) }
    }

    func trial(_ release: Int64? = nil) async throws -> TrialDocument {
        try await self.reader.trial(model: "digits", release: release)
    }
}

/// Lets closures reach what is made after them.
private final class Unowned<Value: AnyObject & Sendable>: Sendable {
    private struct Reference: Sendable { weak var value: Value? }
    private let reference = Mutex(Reference())

    var value: Value? { self.reference.withLock { $0.value } }

    func set(_ value: Value) { self.reference.withLock { $0.value = value } }
}

extension Release {
    static func numbered(_ id: Int64 = 1, model: String = "digits") -> Release {
        Release(
            id: id,
            model: model,
            kind: .candidate,
            live: .init(slot: .blue, version: 1, digest: "aa"),
            candidate: .init(slot: .green, version: 2, digest: "bb")
        )
    }

    func ended(_ end: End = .promoted) -> Release {
        var release = self
        release.ended = self.id + 1_000
        release.end = end
        return release
    }
}
