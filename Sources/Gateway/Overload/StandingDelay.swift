/// Tells a queue that only absorbs a burst from one that stands, as CoDel does (RFC 8289): the wait has been above
/// `target` for a whole `interval`. What is then refused is another matter: CoDel's drops grow too slowly for senders
/// that do not slow down, so what would wait longer than twice the target goes, as in Maurer, "Fail at Scale" (ACM
/// Queue 13-8, 2015). A value: time is passed in, nanoseconds.
package struct StandingDelay {
    package let target: UInt64
    package let interval: UInt64
    /// The queue stands: refuse what would wait too long.
    package private(set) var isStanding = false
    private var aboveSince: UInt64?
    private var lastRefusal: UInt64 = 0

    package init(_ limits: OverloadLimits) {
        self.target = limits.target
        self.interval = limits.interval
    }

    /// Takes note of how long requests wait at the moment. Call it at least twice in an interval.
    ///
    /// - Parameter service: what one request takes; a few of them before one are no queue, whatever the target, and
    ///   some must have come and gone before it is said to stand.
    package mutating func note(_ delay: UInt64, service: UInt64 = 0, now: UInt64) {
        let interval = max(self.interval, 5 &* service)
        if delay > self.target(service: service) {
            let since = self.aboveSince ?? now
            self.aboveSince = since
            if now &- since >= interval { self.isStanding = true }
        } else {
            self.aboveSince = nil
            // Refusing keeps the wait short: that it is short tells nothing while there is something to refuse.
            if now &- self.lastRefusal >= interval { self.isStanding = false }
        }
    }

    /// The target for requests that take `service`, nanoseconds.
    package func target(service: UInt64) -> UInt64 { max(self.target, 4 &* service) }

    /// Takes note that a request was refused because the queue stands.
    package mutating func refused(now: UInt64) {
        self.lastRefusal = now
    }
}
