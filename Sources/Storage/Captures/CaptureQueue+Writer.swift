import Dispatch
import ServingCore
import Synchronization

/// The writer thread's side.
extension CaptureQueue {
    /// What the writer thread has taken out and not settled yet.
    struct Hand {
        var pairs: [CapturedPair] = []
        /// Those before it are settled.
        var next = 0
        var saves = Saves()

        init(capacity: Int) { self.pairs.reserveCapacity(max(0, capacity)) }

        var isEmpty: Bool { self.next == self.pairs.count && self.saves.isEmpty }

        /// Where in `pairs` the next batch is: at most `count` pairs, of no more than about `bytes` together.
        func batch(count: Int, bytes: Int) -> Range<Int> {
            var end = self.next
            var sum = 0
            while end < self.pairs.count && end - self.next < max(1, count) && sum < bytes {
                sum += self.pairs[end].queuedBytes
                end += 1
            }
            return self.next..<end
        }

        /// Settles the next `count` pairs and gives up their content. Returns the bytes they were counted with.
        mutating func advance(_ count: Int) -> Int {
            var bytes = 0
            for index in self.next..<(self.next + count) {
                bytes += self.pairs[index].queuedBytes
                self.pairs[index].body = []
            }
            self.next += count
            if self.next == self.pairs.count {
                self.pairs.removeAll(keepingCapacity: true)
                self.next = 0
            }
            return bytes
        }
    }

    /// Who waits for an answer.
    struct Orders {
        var isFlushing: Bool
        var isExpiring: Bool
        /// Nothing comes any more.
        var isClosing: Bool
        /// There is more than what is in hand.
        var hasMore: Bool
    }

    /// Returns when the pause is over or `limit` has passed, whichever comes first; at times earlier.
    func pause(_ pause: Pause, atMost limit: Duration) {
        let sleeps = self.state.withLock { state in
            guard !self.isOver(pause, state) else { return false }
            state.pause = pause
            return true
        }
        guard sleeps, limit > .zero else { return }
        let nanoseconds = min(limit / .nanoseconds(1), 1e15)
        _ = self.arrivals.wait(timeout: .now() + .nanoseconds(Int(nanoseconds)))
        self.state.withLock { $0.pause = nil }
    }

    /// Takes all saves, and all pairs when none are left in hand.
    func take(into hand: inout Hand) -> Orders {
        self.state.withLock { state in
            if hand.pairs.isEmpty { swap(&hand.pairs, &state.waiting) }
            if !state.saves.isEmpty {
                hand.saves.releases.merge(state.saves.releases) { $1 }
                hand.saves.evidence.merge(state.saves.evidence) { $1 }
                state.saves = Saves(number: state.saves.number)
            }
            hand.saves.number = state.saves.number
            return Orders(
                isFlushing: !state.flushes.isEmpty,
                isExpiring: !state.expiries.isEmpty,
                isClosing: state.isClosed,
                hasMore: !state.waiting.isEmpty
            )
        }
    }

    /// After a commit of `count` pairs, `taken` of which had an id that is taken, and of the saves in hand.
    func settle(_ hand: inout Hand, count: Int, taken: Int, size: Int64) {
        let bytes = hand.advance(count)
        let saves = hand.saves.number
        hand.saves = Saves(number: saves)
        let done = self.state.withLock { state in
            state.settled &+= UInt64(count)
            state.settledSaves = saves
            state.figures.stored &+= UInt64(count - taken)
            state.drop(taken, "failed")
            state.figures.queuedPairs -= count
            state.figures.queuedBytes -= bytes
            state.figures.databaseBytes = size
            state.failure = nil
            return state.takeDoneFlushes()
        }
        for flush in done { flush.done.resume() }
    }

    /// What the last write or step of retention said; nil when it succeeded.
    func report(_ failure: CaptureFailure?) {
        self.state.withLock { $0.failure = failure }
    }

    /// Drops the pairs that a flush or the end waits for, and lets the flushes go on. Saves stay in hand.
    func giveUp(_ hand: inout Hand, _ failure: CaptureFailure) {
        let (target, settled) = self.state.withLock { state in
            (state.isClosed ? state.entered : state.flushes.map(\.pairs).max() ?? 0, state.settled)
        }
        let doomed = Int(clamping: target > settled ? target - settled : 0)
        let fromHand = min(doomed, hand.pairs.count - hand.next)
        let bytes = hand.advance(fromHand)
        let (flushes, dropped) = self.state.withLock { state in
            let dropped = Array(state.waiting.prefix(doomed - fromHand))
            state.waiting.removeFirst(dropped.count)
            state.settled &+= UInt64(fromHand + dropped.count)
            state.drop(fromHand + dropped.count, failure.reason)
            state.figures.queuedPairs -= fromHand + dropped.count
            state.figures.queuedBytes -= bytes + dropped.reduce(0) { $0 + $1.queuedBytes }
            let flushes = state.flushes.filter { $0.pairs <= target }
            state.flushes.removeAll { $0.pairs <= target }
            return (flushes, dropped)
        }
        // Freed outside the lock.
        withExtendedLifetime(dropped) {}
        for flush in flushes { flush.done.resume() }
    }

    func takeTold() -> [Told] {
        self.state.withLock { state in
            let told = state.told
            state.told = []
            return told
        }
    }

    func takeExpiries() -> [CheckedContinuation<Void, Never>] {
        self.state.withLock { state in
            let expiries = state.expiries
            state.expiries = []
            return expiries
        }
    }

    /// After a step of retention.
    func expired(_ count: Int, size: Int64) {
        self.state.withLock { state in
            state.figures.expired &+= UInt64(count)
            state.figures.databaseBytes = size
        }
    }

    /// The writer thread has ended: nobody waits for it any more.
    func end() {
        let waiting = self.state.withLock { state in
            state.hasEnded = true
            let waiting = state.flushes.map(\.done) + state.expiries + state.closings
            state.flushes = []
            state.expiries = []
            state.closings = []
            return waiting
        }
        for done in waiting { done.resume() }
    }
}

extension CaptureQueue.State {
    fileprivate mutating func takeDoneFlushes() -> [CaptureQueue.Flush] {
        guard !self.flushes.isEmpty else { return [] }
        let (settled, saves) = (self.settled, self.settledSaves)
        let done = self.flushes.filter { $0.pairs <= settled && $0.saves <= saves }
        self.flushes.removeAll { $0.pairs <= settled && $0.saves <= saves }
        return done
    }
}
