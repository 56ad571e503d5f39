/// Notices event loops that do not run, by the beats they leave. A value: time is passed in, nanoseconds.
package struct StallWatch {
    package enum Event: Equatable, Sendable {
        /// The loop of this number has not run for so long, and still does not.
        case stalled(loop: Int, nanoseconds: UInt64)
        /// It runs again.
        case resumed(loop: Int)
        /// Nothing of the process ran for about so long: it was stopped, or got no processor.
        case stopped(nanoseconds: UInt64)
    }

    /// A loop is expected to beat much more often.
    package static let limit: UInt64 = 500_000_000
    /// Stalls and stops that were noticed.
    package private(set) var count: UInt64 = 0
    private var stalled: Set<Int> = []
    private var lastLook: UInt64?
    /// When the process last went on after a stop: no loop is blamed for the time before.
    private var continued: UInt64 = 0

    package init() {}

    /// - Parameter beats: when each loop last ran.
    package mutating func look(_ beats: [UInt64], now: UInt64) -> [Event] {
        defer { self.lastLook = now }
        if let lastLook = self.lastLook, now > lastLook, now - lastLook > Self.limit {
            self.count &+= 1
            self.continued = now
            return [.stopped(nanoseconds: now - lastLook)]
        }
        var events: [Event] = []
        for (loop, beat) in beats.enumerated() {
            let last = max(beat, self.continued)
            let silence = now > last ? now - last : 0
            if silence <= Self.limit {
                if self.stalled.remove(loop) != nil { events.append(.resumed(loop: loop)) }
            } else if self.stalled.insert(loop).inserted {
                self.count &+= 1
                events.append(.stalled(loop: loop, nanoseconds: silence))
            }
        }
        return events
    }
}
