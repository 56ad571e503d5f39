package import NIOCore

/// The clock by which the connections of a loop are held to their deadlines. It stands still while the loop does: a
/// client could not be heard then. Afterwards it runs a quarter faster until it is right again, so that one stop does
/// not end all connections at once. A value: time is passed in.
package struct SweepClock {
    private let interval: TimeAmount
    private var last: NIODeadline?
    /// How far it is behind.
    package private(set) var behind = TimeAmount.zero

    /// A sweep later than this is a stop.
    private static let tolerance = TimeAmount.milliseconds(250)

    /// - Parameter interval: between two sweeps.
    package init(interval: TimeAmount) {
        self.interval = interval
    }

    /// What time it is for a sweep that runs now.
    package mutating func time(at now: NIODeadline) -> NIODeadline {
        if let last = self.last {
            let elapsed = now - last
            let lost = elapsed - self.interval
            if lost > Self.tolerance {
                self.behind = self.behind + lost
            } else {
                self.behind = max(.zero, self.behind - .nanoseconds(max(0, elapsed.nanoseconds) / 4))
            }
        }
        self.last = now
        return now - self.behind
    }
}
