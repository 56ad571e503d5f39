package import NIOCore
import ServingCore

/// One request on its way, for whoever sent it. Lives on its loop.
package final class UpstreamCall {
    enum State {
        /// For a connection to become free.
        case waiting
        case connecting(UpstreamConnection)
        case active(UpstreamConnection)
        case done
    }

    let request: UpstreamRequest
    let backend: LoopBackend
    var exchange: (any UpstreamExchange)?
    var state = State.waiting
    var deadline: CallDeadline
    /// Place among the loop's calls.
    var place = 0
    /// The endpoint it is sent to, as of the last attempt.
    var endpoint: LoopEndpoint?
    /// It tries whether the endpoint works again.
    var isProbe = false
    var attempts = 0
    /// Counted among those that are sent again.
    var isRetry = false
    /// The endpoint that failed it; another one is wanted.
    var avoided: Int?
    /// Kept connections to its endpoint may be as dead as the last one was.
    var wantsFresh = false
    /// Why the last attempt failed.
    var failure: UpstreamFailure?
    var wasSent = false
    /// When it was written to a connection, the last time; nil before.
    package internal(set) var sentAt: NIODeadline?
    private(set) var isPaused = false
    /// Its reader took nothing for a while: how long the answer took is not the server's doing alone.
    private(set) var wasPaused = false
    /// Something of the answer has gone on to whoever asked, as it came: it cannot be taken back.
    private(set) var isPassedOn = false

    init(
        _ request: UpstreamRequest,
        _ backend: LoopBackend,
        _ exchange: any UpstreamExchange,
        timeouts: BackendConfiguration.Timeouts,
        now: NIODeadline
    ) {
        self.request = request
        self.backend = backend
        self.exchange = exchange
        self.deadline = CallDeadline(timeouts, deadline: request.deadline, now: now)
    }

    var isDone: Bool {
        if case .done = self.state { true } else { false }
    }

    var isWaiting: Bool {
        if case .waiting = self.state { true } else { false }
    }

    /// The answer is not wanted any more: nothing of it is given from now on, and the connection it was to come on is
    /// closed.
    package func cancel() {
        guard !self.isDone else { return }
        self.backend.cancel(self)
    }

    /// Nothing more is read of the answer until `resume`; what one read brought already is still given.
    package func pause() {
        self.isPaused = true
        self.wasPaused = true
    }

    package func resume() {
        guard self.isPaused else { return }
        self.isPaused = false
        if case .active(let connection) = self.state { connection.readIfWanted() }
    }

    /// What has come so far goes on to the client before the end has come.
    package func passOn() { self.isPassedOn = true }
}
