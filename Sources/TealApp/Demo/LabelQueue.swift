import DequeModule
import ServingCore
import Synchronization

/// Requests that were answered and whose label is to be told: each some time after its answer, when its pair is stored, and
/// once more when it was not yet.
package final class LabelQueue: Sendable {
    package struct Entry: Sendable {
        /// Number of the request within its load.
        package var number: Int
        var due: ContinuousClock.Instant
        var isRetry = false
    }

    private struct State {
        var first: Deque<Entry> = []
        var again: Deque<Entry> = []
    }

    private let state = Mutex(State())

    /// From the answer, or from the first attempt, until the label is told.
    private static let delay = Duration.seconds(1)
    /// Labels that wait; the oldest go first.
    private static let limit = 8_192

    package init() {}

    package func answered(_ number: Int, at now: ContinuousClock.Instant) {
        self.state.withLock { $0.first.add(Entry(number: number, due: now + Self.delay), limit: Self.limit) }
    }

    /// No pair was found for it.
    package func missed(_ entry: Entry, at now: ContinuousClock.Instant) {
        guard !entry.isRetry else { return }
        let again = Entry(number: entry.number, due: now + Self.delay, isRetry: true)
        self.state.withLock { $0.again.add(again, limit: Self.limit) }
    }

    /// At most `limit` that are due, new ones first.
    package func take(at now: ContinuousClock.Instant, limit: Int) -> [Entry] {
        self.state.withLock { state in
            var entries: [Entry] = []
            while entries.count < limit {
                guard let next = state.first.popDue(now) ?? state.again.popDue(now) else { break }
                entries.append(next)
            }
            return entries
        }
    }
}

extension Deque<LabelQueue.Entry> {
    fileprivate mutating func add(_ entry: LabelQueue.Entry, limit: Int) {
        if self.count >= limit { self.removeFirst() }
        self.append(entry)
    }

    fileprivate mutating func popDue(_ now: ContinuousClock.Instant) -> LabelQueue.Entry? {
        guard let first, first.due <= now else { return nil }
        return self.popFirst()
    }
}
