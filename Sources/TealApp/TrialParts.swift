import Comparison
import Cutover
import Logging
import NIOPosix
import ServiceLifecycle
import ServingCore
import Shadow
import Synchronization
import Trials

/// Everything that makes, keeps and shows the evidence of trials, wired together.
struct TrialParts: Sendable {
    let shadow: ShadowService
    let recorder: TrialRecorder
    let reader: TrialReader
    let keeper: TrialKeeper
    /// Counts what passes from the mirrored legs to the recorder.
    let legs: LegMeter
    private let files: CaptureFiles

    var store: any CaptureStore { self.files.store }
    /// Of the hashes in `store`.
    var key: [UInt8] { self.files.key }

    /// How long a run that was told to stop is waited for, beyond what the mirrored leg itself allows it.
    private static let patience = Duration.seconds(10)
    /// Requests of live traffic that a warm-up gets, and the bytes they may have together.
    private static let recordedLimit = (count: 32, bytes: 8 << 20)

    /// Opens `captures.db` and takes up what an earlier process left. What cannot be read costs evidence and captures,
    /// never the start.
    static func open(
        _ configuration: TealConfiguration,
        meaning: (any TextMeaning)?,
        logger: Logger
    ) async -> TrialParts {
        let files = CaptureFiles.open(configuration, logger: logger)
        // Each of the two asks the other.
        let service = ShadowReference()
        let recorder = TrialRecorder(
            store: files.store,
            key: files.key,
            logger: logger,
            meaning: meaning,
            counts: { service.value?.counts(of: $0) ?? ShadowCounts() },
            onDeterministic: { service.value?.noteLiveDeterministic($0) }
        )
        let book = ReleaseBook(now: { WallClock.microseconds() })
        let lastPair = files.isUsable ? await Self.restore(recorder, book, files.store, logger) : 0
        let legs = LegMeter(recorder)
        let shadow = ShadowService(sink: legs, after: lastPair, now: { WallClock.microseconds() })
        service.value = shadow
        return TrialParts(shadow: shadow, recorder: recorder, legs: legs, files: files, book: book)
    }

    /// Returns the largest id of a stored pair.
    private static func restore(
        _ recorder: TrialRecorder,
        _ book: ReleaseBook,
        _ store: any CaptureStore,
        _ logger: Logger
    ) async -> Int64 {
        var lastPair: Int64 = 0
        do throws(StoreError) {
            let releases = try await recorder.restore()
            book.restore(releases)
            for model in Set(releases.map(\.model)) {
                lastPair = max(lastPair, try await store.pairs(PairQuery(model: model, limit: 1)).first?.id ?? 0)
            }
        } catch {
            logger.error("evidence of earlier processes cannot be read", metadata: ["error": "\(error)"])
        }
        return lastPair
    }

    private init(
        shadow: ShadowService,
        recorder: TrialRecorder,
        legs: LegMeter,
        files: CaptureFiles,
        book: ReleaseBook
    ) {
        let store = files.store
        let noiseShares = NoiseShares()
        let reader = TrialReader(
            recorder: recorder,
            store: store,
            isUnderPressure: { shadow.figures()[$0]?.isUnderPressure ?? false },
            noiseShare: { noiseShares[$0] }
        )
        self.shadow = shadow
        self.recorder = recorder
        self.legs = legs
        self.files = files
        self.reader = reader
        self.keeper = TrialKeeper(
            shadow: shadow,
            book: book,
            begin: { release, terms in
                noiseShares[release.model] = terms.traffic.noise
                recorder.begin(
                    release,
                    live: terms.live,
                    candidate: terms.candidate,
                    comparison: terms.comparison,
                    capture: terms.capture,
                    gate: terms.gate
                )
            },
            end: { recorder.end($0) },
            recorded: { model in
                await reader.recentRequests(
                    model: model,
                    limit: Self.recordedLimit.count,
                    bytes: Self.recordedLimit.bytes
                )
            }
        )
    }

    /// Ends the mirrored legs, writes what is known and closes the file. The slot manager must have shut down.
    func shutDown(on threads: NIOThreadPool) async {
        _ = try? await threads.runIfActive { self.shadow.shutDown() }
        await self.recorder.flush()
        await self.store.close()
    }

    /// Writes what is known and closes the file, for another process. The slot manager must be frozen.
    func release() async {
        let deadline = ContinuousClock.now + Self.patience
        while !self.shadow.isQuiet, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { break }
        }
        await self.recorder.flush()
        await self.store.close()
    }

    /// After `release`, when the other process has ended. Blocks.
    func reopen(_ logger: Logger) {
        do throws(ConfigurationError) {
            try self.files.reopen()
        } catch {
            logger.error("captures are off until the next start", metadata: ["problem": "\(error)"])
        }
    }
}

/// Has the recorder save what changed, each second.
struct EvidenceService: Service {
    let recorder: TrialRecorder

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(1))
                self.recorder.tick()
                await self.recorder.catchUp()
            }
        }
    }
}

private final class ShadowReference: Sendable {
    private let state = Mutex<ShadowService?>(nil)

    var value: ShadowService? {
        get { self.state.withLock { $0 } }
        set { self.state.withLock { $0 = newValue } }
    }
}

/// How often each model's live version is asked again, as somebody has set it.
private final class NoiseShares: Sendable {
    private let shares = Mutex<[String: Double]>([:])

    subscript(model: String) -> Double? {
        get { self.shares.withLock { $0[model] } }
        set { self.shares.withLock { $0[model] = newValue } }
    }
}
