import HTTP1
package import NIOCore
import ServingCore

/// How requests and their connections end, and what that says of the endpoint.
extension LoopBackend {
    private static let mostAttempts = 3
    /// Requests that may be on their way for the second or third time at once, beside a fifth of all.
    private static let retriesAtOnce = 3

    // MARK: What connections tell

    /// `connection` has opened.
    func opened(_ connection: UpstreamConnection, for call: UpstreamCall, _ endpoint: LoopEndpoint) {
        endpoint.opened(at: connection.address)
        self.start(call, on: connection, now: self.loop.now)
    }

    /// `connection` could not be opened.
    func failedToOpen(
        _ connection: UpstreamConnection,
        for call: UpstreamCall,
        _ endpoint: LoopEndpoint,
        timedOut: Bool
    ) {
        endpoint.drop(connection)
        let tried = connection.tried + 1
        if endpoint.address(after: tried) != nil { return self.open(call, endpoint, tried: tried) }
        let now = self.loop.now
        endpoint.shared.noteUnreachable(now: now)
        self.blame(endpoint, call, now: now)
        call.failure =
            timedOut
            ? UpstreamFailure(.connectTimeout, "the endpoint could not be connected to in time", wasSent: call.wasSent)
            : UpstreamFailure(.connectFailed, "the endpoint could not be connected to", wasSent: call.wasSent)
        // Nothing was sent: any other endpoint will do, but the same would refuse again.
        if call.attempts < Self.mostAttempts {
            call.avoided = endpoint.shared.index
            self.sendAgain(call, now: now)
        } else {
            self.giveUp(call)
        }
        self.pump()
    }

    /// The final head has come.
    func begun(_ call: UpstreamCall, _ head: ResponseHead) {
        // What is only looked up is never a stream that somebody reads.
        let isStream = head.isEventStream && call.request.route.method == .post
        call.deadline.begin(isStream: isStream)
        if isStream { call.passOn() }
        if !head.saysBroken { call.endpoint?.breaker.answered(isProbe: call.isProbe) }
    }

    /// The whole answer has come; `connection` may be used again or has been closed.
    ///
    /// - Parameters:
    ///   - saysBroken: see `ResponseHead.saysBroken`.
    ///   - keptSeconds: for so long the server keeps the connection, as it says.
    func answered(
        _ call: UpstreamCall,
        saysBroken: Bool,
        on connection: UpstreamConnection,
        isReusable: Bool,
        keptSeconds: Int?
    ) {
        let exchange = call.exchange
        if let endpoint = call.endpoint {
            if !saysBroken {
                endpoint.breaker.succeeded()
                endpoint.ejection.succeeded(now: self.now)
                call.isProbe = false
            } else {
                self.blame(endpoint, call, now: self.loop.now)
            }
            if isReusable { endpoint.pool.put(connection, until: self.now + self.idleTime(keptSeconds)) }
        }
        self.counters.answered &+= 1
        self.remove(call)
        self.pump()
        exchange?.upstreamEnd()
    }

    /// No whole answer has come; the connection is closed.
    ///
    /// - Parameters:
    ///   - isUntouched: nothing of an answer has come.
    ///   - isStale: it was a kept connection, which the server may close at any time.
    func failed(
        _ call: UpstreamCall,
        _ reason: UpstreamFailure.Reason,
        _ message: String,
        hasBegun: Bool,
        isUntouched: Bool,
        isStale: Bool
    ) {
        let now = self.loop.now
        let wasKept = isStale && isUntouched && reason == .closed
        if let endpoint = call.endpoint, !wasKept, Self.isBlamed(reason, call, hasBegun: hasBegun) {
            self.blame(endpoint, call, now: now)
        }
        call.failure = UpstreamFailure(reason, message, wasSent: call.wasSent, hasBegun: hasBegun)
        if reason == .closed, isUntouched, call.request.isIdempotent, call.attempts < Self.mostAttempts,
            call.isRetry || self.retrying < Self.retriesAtOnce + self.calls.count / 5
        {
            call.avoided = wasKept ? nil : call.endpoint?.shared.index
            call.wantsFresh = wasKept
            self.sendAgain(call, now: now)
        } else {
            self.giveUp(call)
        }
        self.pump()
    }

    /// The connection a request was to be written to had been closed: nothing of it was written.
    func unsent(_ call: UpstreamCall) {
        call.failure = UpstreamFailure(.closed, "the connection was closed before it was used", wasSent: call.wasSent)
        guard call.attempts < Self.mostAttempts else { return self.giveUp(call) }
        call.wantsFresh = true
        self.sendAgain(call, now: self.loop.now)
    }

    /// A connection that nobody used has gone.
    func lost(_ connection: UpstreamConnection, _ endpoint: LoopEndpoint, unsolicited: Bool) {
        endpoint.drop(connection)
        if unsolicited { self.counters.unsolicited &+= 1 }
        self.pump()
    }

    // MARK: Ends

    func cancel(_ call: UpstreamCall) {
        self.detach(call)
        self.counters.cancelled &+= 1
        self.remove(call)
        self.pump()
    }

    /// Ends a call that is on no connection.
    func end(_ call: UpstreamCall, _ failure: UpstreamFailure) {
        let exchange = call.exchange
        self.counters.fail(failure.reason)
        self.remove(call)
        exchange?.upstreamFailed(failure)
    }

    /// Looks whose time is up: requests, idle connections, and those who wait for what may have become possible.
    package func sweep(now: NIODeadline) {
        self.now = now
        for call in self.calls where !call.isDone {
            if let reason = call.deadline.expired(now: now, isPaused: call.isPaused) {
                self.expire(call, reason, now: now)
            }
        }
        for endpoint in self.endpoints {
            while let old = endpoint.pool.expired(now: now) { old.close() }
        }
        if self.pending.count > 2 * self.waiting { self.pending.removeAll { !$0.isWaiting } }
        self.pump()
    }

    /// A second less than the server says, so that it does not close the connection while a request is on its way.
    private func idleTime(_ keptSeconds: Int?) -> TimeAmount {
        let own = TimeAmount.nanoseconds(Int64(clamping: self.configuration.pool.idle))
        guard let seconds = keptSeconds else { return own }
        return min(own, .seconds(Int64(min(max(seconds, 1), 1 << 20) - 1)))
    }

    private func expire(_ call: UpstreamCall, _ reason: UpstreamFailure.Reason, now: NIODeadline) {
        let hasBegun = call.deadline.phase == .reading
        let isWaiting = call.isWaiting
        if case .connecting = call.state { call.endpoint?.shared.noteUnreachable(now: now) }
        self.detach(call)
        if let endpoint = call.endpoint, !isWaiting, Self.isBlamed(reason, call, hasBegun: hasBegun) {
            self.blame(endpoint, call, now: now)
        }
        let message =
            switch reason {
            case .connectTimeout: "no connection was to be had in time"
            case .firstByteTimeout: "the answer did not begin in time"
            case .idleTimeout: "the answer did not go on in time"
            default: "the answer was not complete in time"
            }
        self.end(call, UpstreamFailure(reason, message, wasSent: call.wasSent, hasBegun: hasBegun))
    }

    /// Takes a call off its connection, which ends: what comes on it is not wanted.
    private func detach(_ call: UpstreamCall) {
        switch call.state {
        case .waiting:
            self.waiting -= 1
            call.state = .done
        case .connecting(let connection), .active(let connection):
            call.state = .done
            connection.abandon()
        case .done: break
        }
    }

    private func sendAgain(_ call: UpstreamCall, now: NIODeadline) {
        self.abandonProbe(call)
        if !call.isRetry {
            call.isRetry = true
            self.retrying += 1
        }
        call.deadline.enter(.connecting, now: now)
        self.dispatch(call, now: now)
    }

    private func giveUp(_ call: UpstreamCall) {
        self.end(call, call.failure ?? UpstreamFailure(.unavailable, "every endpoint has failed too often"))
    }

    /// The last thing that happens to a call before its exchange is told.
    private func remove(_ call: UpstreamCall) {
        self.abandonProbe(call)
        if call.isRetry { self.retrying -= 1 }
        call.state = .done
        call.exchange = nil
        guard let last = self.calls.popLast(), last !== call else { return }
        last.place = call.place
        self.calls[call.place] = last
    }

    private func abandonProbe(_ call: UpstreamCall) {
        guard call.isProbe else { return }
        call.isProbe = false
        call.endpoint?.breaker.abandoned(isProbe: true, now: self.loop.now)
    }

    // MARK: Blame

    /// Whether a failure tells something of the endpoint. When some of the answer was passed on, or was to be read slowly,
    /// running out of time may be the doing of the client or of a long answer.
    private static func isBlamed(_ reason: UpstreamFailure.Reason, _ call: UpstreamCall, hasBegun: Bool) -> Bool {
        switch reason {
        case .connectFailed, .connectTimeout, .closed, .malformed, .firstByteTimeout, .idleTimeout: true
        case .totalTimeout: !hasBegun || !(call.wasPaused || call.isPassedOn)
        case .unavailable, .overloaded, .tooLarge, .cancelled: false
        }
    }

    private func blame(_ endpoint: LoopEndpoint, _ call: UpstreamCall, now: NIODeadline) {
        if endpoint.breaker.failed(isProbe: call.isProbe, now: now, random: &self.random) {
            self.counters.breakersOpened &+= 1
            endpoint.noteOpening()
        }
        call.isProbe = false
        let others = self.endpoints.count { $0 !== endpoint && $0.isInService(now: now) }
        // At least half stay, and at least one.
        let mayEject = others > 0 && others * 2 >= self.endpoints.count
        if endpoint.ejection.failed(now: now, mayEject: mayEject) { self.counters.ejections &+= 1 }
    }
}

extension ResponseHead {
    /// The answer tells that the server, or one behind it, does not work. One that is busy says when to come again, and one
    /// that cannot do what was asked (501, 505) may well do something else.
    var saysBroken: Bool {
        switch self.status {
        case ..<500, 501, 505: false
        case 503: !self.hasRetryAfter
        default: true
        }
    }
}
