/// Refuses requests of an event loop that cannot keep up. What waits for a loop waits in sockets; the loop takes one
/// read of each that is ready, a turn, and the last of a turn has waited for all before it. A value: time is passed in,
/// nanoseconds.
package struct TurnShedder {
    package private(set) var delay: StandingDelay
    private var turnBegan: UInt64?

    package init(_ limits: OverloadLimits) {
        self.delay = StandingDelay(limits)
    }

    package var isShedding: Bool { self.delay.isStanding }

    /// Takes note of how late the loop ran a task.
    package mutating func note(late: UInt64, now: UInt64) {
        self.delay.note(late, now: now)
    }

    /// Must be called before the first request of a turn while `isShedding`; true when nobody has yet.
    package mutating func beginsTurn(now: UInt64) -> Bool {
        guard self.turnBegan == nil else { return false }
        self.turnBegan = now
        return true
    }

    package mutating func endTurn() {
        self.turnBegan = nil
    }

    /// False when the request has waited too long already, at least since the turn began.
    package mutating func admits(now: UInt64) -> Bool {
        guard self.isShedding, let began = self.turnBegan, now > began, now - began > 2 &* self.delay.target else {
            return true
        }
        self.delay.refused(now: now)
        return false
    }
}
