import Dispatch
import ServingCore
import Synchronization

/// What was handed to the store and is not written yet, with the store's counters. Any thread hands over, under a lock
/// that is held for some nanoseconds; one thread takes everything out at once.
final class CaptureQueue: Sendable {
    /// Releases and evidence that wait; the newest of each.
    struct Saves {
        var releases: [Int64: Release] = [:]
        var evidence: [Int64: [UInt8]] = [:]
        /// Saves handed over so far.
        var number: UInt64 = 0

        var isEmpty: Bool { self.releases.isEmpty && self.evidence.isEmpty }
    }

    /// What the writer thread does while nothing is to be done.
    enum Pause {
        /// Until anything is handed over.
        case idle
        /// Until a batch is full.
        case gathering
        /// Until somebody cannot wait.
        case backingOff
        /// For its time.
        case firmly
    }

    struct Flush {
        var pairs: UInt64
        var saves: UInt64
        var done: CheckedContinuation<Void, Never>
    }

    /// Feedback that somebody waits for the storing of.
    struct Told: Sendable {
        typealias Result = Swift.Result<[FeedbackOutcome], StoreError>

        var feedback: [PairFeedback]
        var done: CheckedContinuation<Result?, Never>
    }

    struct State {
        var waiting: [CapturedPair] = []
        var saves = Saves()
        /// Pairs that entered the queue, and those of them that were committed or dropped since.
        var entered: UInt64 = 0
        var settled: UInt64 = 0
        var settledSaves: UInt64 = 0
        var flushes: [Flush] = []
        var told: [Told] = []
        var expiries: [CheckedContinuation<Void, Never>] = []
        var closings: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
        var hasEnded = false
        /// The writer thread waits on the semaphore.
        var pause: Pause?
        /// `queuedPairs` and `queuedBytes` include what the writer thread has in hand.
        var figures = CaptureFigures()
        var failure: CaptureFailure?

        /// Somebody waits for an answer.
        var isUrgent: Bool {
            !self.flushes.isEmpty || !self.told.isEmpty || !self.expiries.isEmpty || self.isClosed
        }

        mutating func drop(_ count: Int, _ reason: String) {
            guard count > 0 else { return }
            self.figures.dropped[reason, default: 0] &+= UInt64(count)
        }
    }

    let limits: SQLiteCaptureStore.Options
    let state: Mutex<State>
    let arrivals = DispatchSemaphore(value: 0)

    init(_ limits: SQLiteCaptureStore.Options) {
        self.limits = limits
        var state = State()
        // Room that is not touched takes no memory, and growing would copy under the lock.
        state.waiting.reserveCapacity(max(0, limits.queuedPairs))
        self.state = Mutex(state)
    }

    func append(_ pair: CapturedPair) -> Bool {
        let bytes = pair.queuedBytes
        let (isIn, wakes) = self.state.withLock { state in
            state.figures.appended &+= 1
            if let reason = self.refusal(of: bytes, state) {
                state.drop(1, reason)
                return (false, false)
            }
            state.waiting.append(pair)
            state.entered &+= 1
            state.figures.queuedPairs += 1
            state.figures.queuedBytes += bytes
            return (true, self.mustWake(&state))
        }
        if wakes { self.arrivals.signal() }
        return isIn
    }

    private func refusal(of bytes: Int, _ state: State) -> String? {
        if state.isClosed { return "closed" }
        if state.figures.queuedPairs >= self.limits.queuedPairs { return state.failure?.reason ?? "queue_full" }
        if bytes > self.limits.queuedBytes { return "bytes" }
        if state.figures.queuedBytes > self.limits.queuedBytes - bytes { return state.failure?.reason ?? "bytes" }
        return nil
    }

    /// Nothing is saved any more once the store is closed.
    func save(_ change: (inout Saves) -> Void) {
        self.update { state in
            guard !state.isClosed else { return }
            change(&state.saves)
            state.saves.number &+= 1
        }
    }

    func flush() async {
        await withCheckedContinuation { done in
            let isDone = self.update { state in
                let target = (pairs: state.entered, saves: state.saves.number)
                if state.hasEnded || (state.settled == target.pairs && state.settledSaves == target.saves) {
                    return true
                }
                state.flushes.append(Flush(pairs: target.pairs, saves: target.saves, done: done))
                return false
            }
            if isDone { done.resume() }
        }
    }

    /// Written before the pairs that wait; nil once the store is closed.
    func append(_ feedback: [PairFeedback]) async -> Told.Result? {
        await withCheckedContinuation { done in
            let isIn = self.update { state in
                guard !state.isClosed else { return false }
                state.told.append(Told(feedback: feedback, done: done))
                return true
            }
            if !isIn { done.resume(returning: nil) }
        }
    }

    func expire() async {
        await withCheckedContinuation { done in
            let hasEnded = self.update { state in
                if !state.hasEnded { state.expiries.append(done) }
                return state.hasEnded
            }
            if hasEnded { done.resume() }
        }
    }

    /// Takes nothing more; the writer thread ends when everything handed over is committed or dropped.
    func close() {
        self.update { $0.isClosed = true }
    }

    /// Returns when the writer thread has ended.
    func ended() async {
        await withCheckedContinuation { done in
            let hasEnded = self.update { state in
                if !state.hasEnded { state.closings.append(done) }
                return state.hasEnded
            }
            if hasEnded { done.resume() }
        }
    }

    var figures: CaptureFigures {
        self.state.withLock { state in
            var figures = state.figures
            figures.problem = state.failure?.sentence
            return figures
        }
    }

    private func update<Value: Sendable>(_ change: (inout State) -> Value) -> Value {
        let (value, wakes) = self.state.withLock { state in
            let value = change(&state)
            return (value, self.mustWake(&state))
        }
        if wakes { self.arrivals.signal() }
        return value
    }

    /// True when the writer thread sleeps and has to be woken by the caller.
    private func mustWake(_ state: inout State) -> Bool {
        guard let pause = state.pause, self.isOver(pause, state) else { return false }
        state.pause = nil
        return true
    }

    func isOver(_ pause: Pause, _ state: State) -> Bool {
        switch pause {
        case .idle: state.isUrgent || !state.waiting.isEmpty || !state.saves.isEmpty
        case .gathering: state.isUrgent || state.waiting.count >= self.limits.batch
        case .backingOff: state.isUrgent
        case .firmly: false
        }
    }
}
