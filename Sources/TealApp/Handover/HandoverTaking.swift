package import ServingCore

/// How a process that starts takes the place of the gateway that runs: what it hears goes in, what is to be done comes out.
package struct HandoverTaking: Sendable {
    package enum State: Sendable, Equatable {
        /// `hello` was said.
        case greeting
        /// Models are loaded beside the running gateway; `prepared` is said when they are.
        case preparing
        /// The running gateway closes the data folder.
        case waitingForRelease
        /// The data folder is being opened; `ready` is said when all is there.
        case opening
        case waitingForCommit
        case over
    }

    package enum Step: Sendable, Equatable {
        /// Load these; then say `prepared`.
        case prepare([HeldVersion])
        /// The data folder is ours for the time being: open it, have these ready; then say `ready`.
        case open(generation: UInt64, held: [HeldVersion], listeners: [HandoverListener])
        /// Serve.
        case serve
        /// The gateway that ran is ending or gone and has given nothing: start as if there had been none.
        case startAlone
        case fail(String)
    }

    package private(set) var state = State.greeting

    package init() {}

    /// - Parameter message: nil when the other process has ended or let go of the connection.
    package mutating func hear(_ message: HandoverMessage?) -> Step {
        switch (self.state, message) {
        case (.greeting, .welcome(let held)):
            self.state = .preparing
            return .prepare(held)
        case (.waitingForRelease, .released(let generation, let held, let listeners)):
            self.state = .opening
            return .open(generation: generation, held: held, listeners: listeners)
        // It has closed everything before it said `released`, and does not open it again once it has let go.
        case (.waitingForCommit, .committed), (.waitingForCommit, nil): return self.end(.serve)
        case (.greeting, nil), (.waitingForRelease, nil): return self.end(.startAlone)
        case (_, .refused(let reason)): return self.end(.fail(reason))
        default: return self.end(.fail("the running gateway said what cannot be understood at this point"))
        }
    }

    /// The models are loaded.
    package mutating func prepared() -> HandoverMessage {
        self.state = .waitingForRelease
        return .prepared
    }

    /// The data folder is open, and everything that answered before can answer here.
    package mutating func opened() -> HandoverMessage {
        self.state = .waitingForCommit
        return .ready
    }

    private mutating func end(_ step: Step) -> Step {
        self.state = .over
        return step
    }
}
