import Capture
import Comparison
import Glibc
import Logging
import SemanticSearch
import ServingCore
import Synchronization
import TestSupport

/// An engine over a store in memory, with pairs of one model.
struct EngineSample {
    let store: InMemoryCaptureStore
    let engine: SearchEngine

    static let model = "m"
    static let start: Int64 = 1_700_000_000_000_000

    init(
        store: InMemoryCaptureStore = InMemoryCaptureStore(),
        texts: (any TextEmbedder)? = WordBag(),
        sentences: (any TextEmbedder)? = nil,
        words: (any WordIndex)? = nil,
        pairs: Int = 100_000,
        sentencePairs: Int = 20_000,
        folder: String? = nil,
        reading: (any CaptureStore)? = nil,
        now: @escaping @Sendable () -> Int64 = SteadyNow().next
    ) throws {
        self.store = store
        var options = SearchEngine.Options(now: now)
        options.pairs = pairs
        options.sentences = sentencePairs
        options.folder = folder
        guard let executor = IdleExecutor() else { throw NoThread() }
        self.engine = SearchEngine(
            store: reading ?? store,
            words: words,
            texts: texts,
            sentences: sentences,
            options: options,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            executor: executor
        )
    }

    /// Returns when there is nothing more to do.
    func settle() async {
        // The first steps only look whether something is due.
        var idle = 0
        while idle < 3 { idle = await self.engine.step() ? 0 : idle + 1 }
    }

    func search(_ query: SearchQuery) async throws -> SearchDocument { try await self.engine.search(query) }

    func search(_ text: String) async throws -> SearchDocument {
        try await self.search(SearchQuery(model: Self.model, subject: .text(text)))
    }

    /// Of the sample's model.
    var figures: SearchFigures.Model { self.engine.figures().models[Self.model] ?? .init() }

    /// Until everything that recurs was done.
    func pass() async {
        for _ in 0..<100 { _ = await self.engine.step() }
    }

    private struct NoThread: Error {}
}

/// A second passes at each look, so that whatever recurs is due.
final class SteadyNow: Sendable {
    private let now = Atomic<Int64>(EngineSample.start)

    /// From now on it is this much later, or earlier.
    func jump(_ microseconds: Int64) { self.now.wrappingAdd(microseconds, ordering: .relaxed) }

    func next() -> Int64 { self.now.wrappingAdd(1_000_000, ordering: .relaxed).newValue }
}

extension InMemoryCaptureStore {
    /// A release, so that the model is known.
    func begin(_ release: Int64 = 1, model: String = EngineSample.model) {
        let side = Release.Side(slot: .blue, version: 1, digest: "ab")
        self.save(Release(id: release, model: model, kind: .candidate, live: side, candidate: side))
    }

    /// As retention does with the pairs of these numbers.
    func remove(numbers: ClosedRange<Int64>) { self.remove(numbers.map { EngineSample.start + $0 * 1_000 }) }

    /// Adds the pair number `number`, with contents given as tensors or as a text.
    func add(
        _ number: Int64,
        release: Int64 = 1,
        request: [NamedTensor],
        live: [NamedTensor],
        candidate: [NamedTensor],
        divergence: Double = 0,
        segments: [Segment] = [],
        mode: CapturePolicy.Mode = .full,
        model: String = EngineSample.model
    ) {
        let id = EngineSample.start + number * 1_000
        var summary = CapturedPair.Summary(
            id: id,
            release: release,
            model: model,
            live: "answered",
            candidate: "answered",
            liveNanoseconds: 1,
            candidateNanoseconds: 1,
            divergence: divergence,
            diverged: divergence > 0
        )
        summary.segments = segments
        let body = PairBody(
            mode: mode,
            inputs: request.map(KeptTensor.init),
            live: live.map(KeptTensor.init),
            candidate: candidate.map(KeptTensor.init),
            noise: nil,
            comparison: PairComparison(outputs: [])
        )
        self.append(CapturedPair(summary: summary, body: body.encoded()))
    }

    func add(
        _ number: Int64,
        _ request: String,
        live: String = "yes",
        candidate: String = "yes",
        release: Int64 = 1,
        segments: [Segment] = [],
        model: String = EngineSample.model
    ) {
        self.add(
            number,
            release: release,
            request: [NamedTensor(name: "text", tensor: .texts([request]))],
            live: [NamedTensor(name: "answer", tensor: .texts([live]))],
            candidate: [NamedTensor(name: "answer", tensor: .texts([candidate]))],
            divergence: live == candidate ? 0 : 0.5,
            segments: segments,
            model: model
        )
    }

    func add(_ number: Int64, _ request: [Float], live: [Float], candidate: [Float]) {
        self.add(
            number,
            request: [NamedTensor(name: "x", tensor: .of(.fp32, request))],
            live: [NamedTensor(name: "y", tensor: .of(.fp32, live))],
            candidate: [NamedTensor(name: "y", tensor: .of(.fp32, candidate))],
            divergence: live == candidate ? 0 : 0.5
        )
    }
}
