/// What one slot is doing. Pure: the caller performs the work and reports what happened.
package struct SlotStateMachine: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// -> `loading`
        case empty
        /// Reading, checking and building a model; what the slot held before keeps answering (`replacing`).
        /// -> `warming`, `failed` (`ready` when replacing)
        case loading(replacing: Bool)
        /// Running the warm-up requests. -> `ready`, `failed` (`ready` when replacing)
        case warming(replacing: Bool)
        /// Can answer. -> `loading`, `draining`
        case ready
        /// No new request reaches it; waiting for those that run. -> `empty`
        case draining(overdue: Bool)
        /// Nothing is loaded; the reason says why. -> `loading`, `empty`
        case failed(reason: String)

        package var name: String {
            switch self {
            case .empty: "empty"
            case .loading: "loading"
            case .warming: "warming"
            case .ready: "ready"
            case .draining: "draining"
            case .failed: "failed"
            }
        }
    }

    /// A transition that the current state does not allow.
    package struct Refusal: Error, Sendable, Equatable {
        package let from: State
        package let attempted: String
    }

    package private(set) var state = State.empty

    package init() {}

    /// True while the slot is between two resting states and must be left alone.
    package var isBusy: Bool {
        switch self.state {
        case .loading, .warming, .draining: true
        case .empty, .ready, .failed: false
        }
    }

    /// True while a loaded version can be routed to.
    package var canAnswer: Bool {
        switch self.state {
        case .ready, .loading(replacing: true), .warming(replacing: true): true
        case .empty, .loading, .warming, .draining, .failed: false
        }
    }

    /// From any resting state. What is loaded stays until the new version is ready.
    package mutating func beginLoad() throws(Refusal) {
        switch self.state {
        case .empty, .failed: self.state = .loading(replacing: false)
        case .ready: self.state = .loading(replacing: true)
        case .loading, .warming, .draining: throw Refusal(from: self.state, attempted: "load")
        }
    }

    package mutating func beginWarmUp() throws(Refusal) {
        guard case .loading(let replacing) = self.state else { throw Refusal(from: self.state, attempted: "warm up") }
        self.state = .warming(replacing: replacing)
    }

    package mutating func becomeReady() throws(Refusal) {
        guard case .warming = self.state else { throw Refusal(from: self.state, attempted: "become ready") }
        self.state = .ready
    }

    /// The load failed: back to the version held before, if there is one.
    package mutating func fail(_ reason: String) throws(Refusal) {
        switch self.state {
        case .loading(let replacing), .warming(let replacing):
            self.state = replacing ? .ready : .failed(reason: reason)
        case .empty, .ready, .draining, .failed: throw Refusal(from: self.state, attempted: "fail")
        }
    }

    package mutating func beginDrain() throws(Refusal) {
        guard case .ready = self.state else { throw Refusal(from: self.state, attempted: "drain") }
        self.state = .draining(overdue: false)
    }

    /// The drain took longer than it should: reported, never forced.
    package mutating func drainIsOverdue() throws(Refusal) {
        guard case .draining = self.state else { throw Refusal(from: self.state, attempted: "report an overdue drain") }
        self.state = .draining(overdue: true)
    }

    package mutating func drained() throws(Refusal) {
        guard case .draining = self.state else { throw Refusal(from: self.state, attempted: "finish draining") }
        self.state = .empty
    }
}
