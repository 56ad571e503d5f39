/// When one event loop's requests fall due. Loop `k` of `n` has the numbers k, k + n, k + 2n, ... of the whole run. The
/// backlog needs no queue: it is the numbers that fell due and were not taken. All times are nanoseconds of one clock.
package struct RequestSchedule {
    package struct Due: Equatable {
        /// Number within the whole run.
        package var sequence: Int
        package var at: UInt64

        package init(sequence: Int, at: UInt64) {
            self.sequence = sequence
            self.at = at
        }
    }

    private let rate: Double?
    private let stride: Int
    private let limit: Int?
    private var next: Int
    private var start: UInt64 = 0
    /// Nothing falls due at or after this.
    private var end: UInt64 = .max
    /// Nothing is taken at or after this.
    private var lastCall: UInt64 = .max

    package init(pace: LoadConfiguration.Pace, share: Int, of shares: Int, limit: Int?) {
        if case .open(let rate) = pace { self.rate = rate } else { self.rate = nil }
        self.stride = shares
        self.next = share
        self.limit = limit
    }

    /// - Parameters:
    ///   - duration: nil means until the limit or `stop`.
    ///   - grace: how long after the last due time late requests may still be taken.
    package mutating func begin(at start: UInt64, duration: UInt64?, grace: UInt64) {
        self.start = start
        self.end = duration.map { Self.sum(start, $0) } ?? .max
        self.lastCall = self.end
        guard let rate else { return }
        let lastDue = self.limit.map { self.due($0, rate: rate) } ?? .max
        self.lastCall = Self.sum(min(self.end, lastDue), grace)
    }

    /// Ends the schedule now. What fell due may be taken for `grace` more, then it stays unsent.
    package mutating func stop(at now: UInt64, grace: UInt64 = 0) {
        self.end = min(self.end, now)
        self.lastCall = min(self.lastCall, Self.sum(now, grace))
    }

    /// The oldest request that has fallen due, in order of number; nil when there is none at the moment.
    package mutating func take(at now: UInt64) -> Due? {
        guard now < self.lastCall, let at = self.nextDue ?? self.closedDue(now), at <= now else { return nil }
        defer { self.next += self.stride }
        return Due(sequence: self.next, at: at)
    }

    /// When the next request falls due; nil when there is no more, or when the pace has no clock.
    package var nextDue: UInt64? {
        guard let rate, self.isWithinLimit else { return nil }
        let at = self.due(self.next, rate: rate)
        return at < self.end ? at : nil
    }

    /// True when no request can be taken any more.
    package func isOver(at now: UInt64) -> Bool {
        if now >= self.lastCall || !self.isWithinLimit { return true }
        return self.rate != nil && self.nextDue == nil
    }

    /// Requests that fell due and were not taken. Costs time in proportion; for the end of a run.
    package func unsent() -> Int {
        var rest = self
        var count = 0
        while rest.nextDue != nil {
            rest.next += rest.stride
            count += 1
        }
        return count
    }

    private var isWithinLimit: Bool { self.limit.map { self.next < $0 } ?? true }

    private func closedDue(_ now: UInt64) -> UInt64? {
        self.rate == nil && self.isWithinLimit && now < self.end ? now : nil
    }

    private func due(_ number: Int, rate: Double) -> UInt64 {
        Self.sum(self.start, UInt64(exactly: (Double(number) / rate * 1e9).rounded()) ?? .max)
    }

    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
