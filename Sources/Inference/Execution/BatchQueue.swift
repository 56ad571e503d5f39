import DequeModule

/// Waiting requests and the rule which of them run next, and when. A value: time comes from outside (nanoseconds of
/// any clock that never goes back), and it starts nothing itself.
///
/// Requests leave in the order they came, except that a batch takes later requests of the oldest one's key along.
package struct BatchQueue<Payload> {
    package struct Limits: Equatable, Sendable {
        package var maxBatchSize: Int
        package var maxQueueDelay: UInt64
        package var maxQueuedRequests: Int

        package init(maxBatchSize: Int = 1, maxQueueDelay: UInt64 = 0, maxQueuedRequests: Int = 1024) {
            self.maxBatchSize = maxBatchSize
            self.maxQueueDelay = maxQueueDelay
            self.maxQueuedRequests = maxQueuedRequests
        }
    }

    package enum Decision {
        /// Run these together now; never empty, of one key, at most `maxBatchSize` rows unless a single request.
        case run([Payload])
        /// Nothing to do before this time, unless another request arrives.
        case wait(until: UInt64)
        case idle
    }

    private struct Entry {
        let identity: UInt64
        let key: BatchKey
        let rows: Int
        let arrival: UInt64
        let deadline: UInt64?
        let payload: Payload
    }

    private let limits: Limits
    /// Ordered by arrival, and so by identity.
    private var entries: Deque<Entry> = []
    private var lastIdentity: UInt64 = 0
    /// No waiting request has an earlier deadline; may be too early after a removal.
    private var earliestDeadline = UInt64.max

    package init(limits: Limits) {
        self.limits = limits
    }

    package var count: Int { self.entries.count }

    /// When the request came that has waited longest; nil when none waits.
    package var oldestArrival: UInt64? { self.entries.first?.arrival }

    /// The request's identity in this queue; nil when the queue is full.
    package mutating func enqueue(
        _ payload: Payload,
        key: BatchKey,
        rows: Int,
        now: UInt64,
        deadline: UInt64?
    ) -> UInt64? {
        guard self.entries.count < self.limits.maxQueuedRequests else { return nil }
        self.lastIdentity += 1
        self.entries.append(
            Entry(
                identity: self.lastIdentity,
                key: key,
                rows: max(1, rows),
                arrival: now,
                deadline: deadline,
                payload: payload
            )
        )
        self.earliestDeadline = min(self.earliestDeadline, deadline ?? .max)
        return self.lastIdentity
    }

    /// Takes out the requests whose deadline has passed; call before `next`.
    package mutating func expire(now: UInt64) -> [Payload] {
        guard self.earliestDeadline <= now else { return [] }
        var expired: [Payload] = []
        self.earliestDeadline = .max
        var kept: Deque<Entry> = []
        for entry in self.entries {
            if let deadline = entry.deadline, deadline <= now {
                expired.append(entry.payload)
            } else {
                kept.append(entry)
                self.earliestDeadline = min(self.earliestDeadline, entry.deadline ?? .max)
            }
        }
        self.entries = kept
        return expired
    }

    /// What a free worker should do at `now`. The oldest request decides: its batch runs when it is full, when the next
    /// request of its key no longer fits, or when it has waited `maxQueueDelay`.
    package mutating func next(now: UInt64) -> Decision {
        guard let oldest = self.entries.first else { return .idle }
        var members = [0]
        var rows = oldest.rows
        var complete = rows >= self.limits.maxBatchSize
        if !complete {
            for index in self.entries.indices.dropFirst() where self.entries[index].key == oldest.key {
                guard self.entries[index].rows <= self.limits.maxBatchSize - rows else {
                    // A later, smaller one would fit, but would overtake this one.
                    complete = true
                    break
                }
                rows += self.entries[index].rows
                members.append(index)
                if rows == self.limits.maxBatchSize {
                    complete = true
                    break
                }
            }
        }
        let (due, overflow) = oldest.arrival.addingReportingOverflow(self.limits.maxQueueDelay)
        guard complete || (!overflow && due <= now) else {
            return .wait(until: min(overflow ? .max : due, self.earliestDeadline))
        }
        return .run(self.remove(at: members))
    }

    /// Takes a waiting request out; nil when it is not waiting any more.
    package mutating func cancel(_ identity: UInt64) -> Payload? {
        var low = 0
        var high = self.entries.count
        while low < high {
            let middle = low + (high - low) / 2
            if self.entries[middle].identity < identity { low = middle + 1 } else { high = middle }
        }
        guard low < self.entries.count, self.entries[low].identity == identity else { return nil }
        return self.entries.remove(at: low).payload
    }

    package mutating func removeAll() -> [Payload] {
        let payloads = self.entries.map(\.payload)
        self.entries = []
        self.earliestDeadline = .max
        return payloads
    }

    /// `members` ascending; one pass over the queue at most.
    private mutating func remove(at members: [Int]) -> [Payload] {
        let payloads = members.map { self.entries[$0].payload }
        if members.last == members.count - 1 {
            self.entries.removeFirst(members.count)
            return payloads
        }
        var kept: Deque<Entry> = []
        var next = members[...]
        for index in self.entries.indices {
            if next.first == index { next.removeFirst() } else { kept.append(self.entries[index]) }
        }
        self.entries = kept
        return payloads
    }
}
