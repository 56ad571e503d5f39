/// How a running gateway lets another process take its place: what happened goes in, what is to be done comes out.
///
/// The data folder has one owner at any moment. It is this process until `released` was sent, the other one from then on,
/// and this one again when the other one has ended without a `ready` that was answered: its end, not its word, is what
/// tells that nobody writes any more.
package struct HandoverGiving: Sendable {
    package enum State: Sendable, Equatable {
        /// -> `courted`, `over`
        case serving
        /// The other process prepares itself; nothing has changed here. -> `releasing`, `serving`, `over`
        case courted
        /// Changes are refused and the data folder is being closed. -> `lent`, `serving`
        case releasing
        /// The data folder is the other process's. -> `committing`, `reclaiming`, `over`
        case lent
        /// The other process is told that it serves now. -> `over`, `lent`
        case committing
        /// The other process has ended, the data folder is being opened again. -> `serving`, `stranded`
        case reclaiming
        /// The data folder could not be opened again: requests are answered, changes refused. -> `reclaiming`, `courted`,
        /// `over`
        case stranded
        /// Handed over, or told to stop.
        case over
    }

    package enum Event: Sendable, Equatable {
        /// From the process that wants to take over; there is one at a time.
        case said(HandoverMessage)
        /// It said what cannot be understood.
        case senseless
        /// It has ended: its end of the connection is closed, which it keeps open as long as it lives.
        case gone
        case releaseDone
        case releaseFailed(String)
        /// Could the other process be told that it serves?
        case committed(Bool)
        /// Could the data folder be opened again?
        case reclaimed(Bool)
        /// It is time for what the `waitForReady` or `tryAgainLater` with this number asked for.
        case timeIsUp(Int)
        /// This process is told to stop.
        case stop
    }

    package enum Action: Sendable, Equatable {
        /// Tell the other process what answers here.
        case welcome
        /// Tell it why not, and end the connection.
        case refuse(String)
        case hangUp
        /// Freeze the control plane and close the data folder; ends with `releaseDone` or `releaseFailed`.
        case release
        /// Send the listeners and the lock.
        case give
        /// Ask for `timeIsUp` after the time a process may take to open the data folder.
        case waitForReady(Int)
        /// It has the data folder and neither finishes nor goes: only its end gives the folder back. `gone` follows.
        case endPeer
        /// Tell the other process that it serves; ends with `committed`.
        case commit
        /// Take no new connection, answer what is there, end.
        case depart
        /// Open the data folder and go on; ends with `reclaimed`.
        case reclaim
        /// Ask for `timeIsUp` after a few seconds.
        case tryAgainLater(Int)
    }

    package private(set) var state = State.serving
    /// The data folder is closed though it belongs to this process.
    private var isClosed = false
    /// Numbers what is waited for: what has come true without it being time is not waited for any more.
    private var waits = 0

    package init() {}

    package mutating func handle(_ event: Event) -> [Action] {
        switch (self.state, event) {
        case (.over, _): return []
        case (.serving, .said(.hello(let version))), (.stranded, .said(.hello(let version))):
            guard version == HandoverMessage.version else { return [.refuse(Self.otherVersion(version))] }
            self.state = .courted
            return [.welcome]
        case (.courted, .said(.prepared)):
            self.state = .releasing
            return [.release]
        case (.courted, .gone):
            guard self.isClosed else { return self.move(to: .serving) }
            return self.move(to: .reclaiming, .reclaim)
        case (.releasing, .releaseDone):
            self.waits += 1
            return self.move(to: .lent, .give, .waitForReady(self.waits))
        case (.releasing, .releaseFailed(let reason)): return self.move(to: .serving, .refuse(reason))
        case (.lent, .said(.ready)): return self.move(to: .committing, .commit)
        case (.lent, .gone): return self.move(to: .reclaiming, .reclaim)
        case (.lent, .said), (.lent, .senseless), (.lent, .timeIsUp(self.waits)): return [.endPeer]
        // That it cannot be told does not say that it has ended.
        case (.committing, .committed(false)): return self.move(to: .lent, .endPeer)
        case (.committing, .committed(true)): return self.move(to: .over, .depart)
        case (.reclaiming, .reclaimed(let isOpen)):
            self.isClosed = !isOpen
            self.waits += 1
            return isOpen ? self.move(to: .serving) : self.move(to: .stranded, .tryAgainLater(self.waits))
        case (.stranded, .timeIsUp(self.waits)): return self.move(to: .reclaiming, .reclaim)
        case (.serving, .stop), (.stranded, .stop), (.reclaiming, .stop): return self.move(to: .over)
        // Before `released` the other process finds out that it is alone, after it that the data folder is its own.
        case (.courted, .stop), (.lent, .stop), (.committing, .stop), (.releasing, .stop):
            return self.move(to: .over, .hangUp)
        case (.serving, .said), (.courted, .said), (.stranded, .said), (.serving, .senseless), (.courted, .senseless),
            (.stranded, .senseless):
            return [.hangUp]
        default: return []
        }
    }

    private mutating func move(to state: State, _ actions: Action...) -> [Action] {
        self.state = state
        return actions
    }

    private static func otherVersion(_ version: Int) -> String {
        "the running gateway hands over by version \(HandoverMessage.version) of the protocol, not by \(version); stop it "
            + "and start the new one"
    }
}
