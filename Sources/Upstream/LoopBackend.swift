package import NIOCore
import ServingCore

/// A backend as one event loop uses it: its connections, and what this loop knows of each endpoint. Lives on its loop and
/// shares nothing with other loops but the result of health checks; when it is let go of, its idle connections close.
package final class LoopBackend {
    package let backend: Backend
    package let loop: any EventLoop
    package internal(set) var counters = UpstreamCounters()
    let endpoints: [LoopEndpoint]
    /// The same, for whoever closes what is left.
    private let abandoned: NIOLoopBound<[LoopEndpoint]>
    private let connector: any UpstreamConnector
    let configuration: BackendConfiguration
    var random: LoopRandom
    /// All that are not done.
    var calls: [UpstreamCall] = []
    /// Those that wait for a connection, oldest first, and some that wait no more.
    var pending = CircularBuffer<UpstreamCall>()
    var waiting = 0
    var retrying = 0
    private var sweeping: RepeatedTask?
    /// When somebody last looked at the clock: exact enough for what may be off by a second.
    var now: NIODeadline
    /// Requests are laid out here.
    private var scratch = ByteBuffer()

    /// Call it on `loop`.
    ///
    /// - Parameters:
    ///   - seed: of the choice between endpoints; loops should have different ones.
    ///   - connector: nil for sockets.
    package convenience init(
        _ backend: Backend,
        on loop: any EventLoop,
        seed: UInt64,
        connector: (any UpstreamConnector)? = nil
    ) {
        self.init(
            backend,
            on: loop,
            seed: seed,
            connector: connector,
            endpoints: backend.endpoints,
            configuration: backend.configuration
        )
    }

    /// - Parameters:
    ///   - endpoints: those of the backend that may be asked.
    ///   - configuration: in the place of the backend's.
    init(
        _ backend: Backend,
        on loop: any EventLoop,
        seed: UInt64,
        connector: (any UpstreamConnector)?,
        endpoints: [Endpoint],
        configuration: BackendConfiguration
    ) {
        self.backend = backend
        self.loop = loop
        self.now = loop.now
        self.configuration = configuration
        self.random = LoopRandom(seed: seed)
        let endpoints = endpoints.map {
            LoopEndpoint($0, pool: configuration.pool, breaker: configuration.breaker)
        }
        self.endpoints = endpoints
        self.abandoned = NIOLoopBound(endpoints, eventLoop: loop)
        self.connector = connector ?? SocketConnector(backend, on: loop)
        let interval = CallDeadline.sweepInterval(configuration.timeouts)
        let weak = NIOLoopBound(Weak(self), eventLoop: loop)
        self.sweeping = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { task in
            guard let backend = weak.value.backend else { return task.cancel() }
            backend.sweep(now: backend.loop.now)
        }
    }

    private struct Weak {
        weak var backend: LoopBackend?

        init(_ backend: LoopBackend) { self.backend = backend }
    }

    // May run on any thread, while the loop is busy with the connections.
    deinit {
        self.sweeping?.cancel()
        self.loop.execute { [abandoned] in
            for endpoint in abandoned.value {
                for connection in endpoint.pool.all { connection.close() }
            }
        }
    }

    /// Requests that are waiting for a connection.
    package var pendingCount: Int { self.waiting }
    /// Requests that are not done.
    package var activeCount: Int { self.calls.count }
    /// Connections that are open or being opened.
    package var connectionCount: Int { self.endpoints.reduce(0) { $0 + $1.pool.open } }
    package var idleConnectionCount: Int { self.endpoints.reduce(0) { $0 + $1.pool.idleCount } }

    // MARK: Sending

    /// Sends a request; the answer, or why there is none, is given to `exchange`, which is held until then.
    ///
    /// - Parameter now: the time, as the caller last read it.
    /// - Returns: nil when it has failed already and `exchange` was told so.
    package func send(
        _ request: UpstreamRequest,
        to exchange: any UpstreamExchange,
        now: NIODeadline
    ) -> UpstreamCall? {
        self.now = now
        self.counters.requests &+= 1
        let call = UpstreamCall(request, self, exchange, timeouts: self.configuration.timeouts, now: now)
        call.place = self.calls.count
        self.calls.append(call)
        if request.route.heads.count == self.backend.endpoints.count {
            self.dispatch(call, now: now)
        } else {
            self.end(call, UpstreamFailure(.unavailable, "the route is one of another backend"))
        }
        return call.isDone ? nil : call
    }

    /// Puts a call that is on no connection on its way.
    func dispatch(_ call: UpstreamCall, now: NIODeadline) {
        switch self.choose(avoiding: call.avoided, now: now) {
        case .none:
            self.end(call, call.failure ?? UpstreamFailure(.unavailable, "every endpoint has failed too often"))
        case .full:
            guard self.waiting < self.configuration.pool.pending else {
                return self.end(call, UpstreamFailure(.overloaded, "too many requests wait for a connection"))
            }
            call.state = .waiting
            self.waiting += 1
            self.pending.append(call)
        case .endpoint(let index):
            let endpoint = self.endpoints[index]
            call.attempts += 1
            if call.attempts > 1 { self.counters.retries &+= 1 }
            call.endpoint = endpoint
            call.isProbe = endpoint.breaker.admit()
            if !call.wantsFresh, let connection = self.kept(endpoint, now: now) {
                self.counters.connectionsReused &+= 1
                self.start(call, on: connection, now: now)
            } else {
                self.open(call, endpoint, tried: 0)
            }
        }
    }

    private enum Choice {
        case none, full
        case endpoint(Int)
    }

    private func choose(avoiding avoided: Int?, now: NIODeadline) -> Choice {
        if let choice = self.choose(where: { $0 != avoided && self.endpoints[$0].isInService(now: now) }) {
            return choice
        }
        // None is well: better one that may be than none.
        return self.choose(where: { $0 != avoided && self.endpoints[$0].admits(now: now) }) ?? .none
    }

    private func choose(where isCandidate: (Int) -> Bool) -> Choice? {
        let chosen = TwoChoices.pick(
            self.endpoints.count,
            isCandidate: { isCandidate($0) && self.endpoints[$0].pool.hasRoom },
            load: { self.endpoints[$0].pool.inUse },
            random: &self.random
        )
        if let chosen { return .endpoint(chosen) }
        return self.endpoints.indices.contains(where: isCandidate) ? .full : nil
    }

    private func kept(_ endpoint: LoopEndpoint, now: NIODeadline) -> UpstreamConnection? {
        while let connection = endpoint.pool.take(now: now) {
            if connection.isUsable { return connection }
            endpoint.drop(connection)
        }
        return nil
    }

    func open(_ call: UpstreamCall, _ endpoint: LoopEndpoint, tried: Int) {
        guard let address = endpoint.address(after: tried) else {
            return self.end(call, UpstreamFailure(.connectFailed, "the endpoint has no address"))
        }
        // When all connections are kept idle and none of them will do, one has to go.
        while !endpoint.pool.reserve() {
            guard let old = endpoint.pool.takeOldest() else {
                return self.end(call, UpstreamFailure(.overloaded, "no connection may be opened"))
            }
            old.close()
        }
        self.counters.connectionsOpened &+= 1
        endpoint.shared.noteOpening(now: self.now)
        let connection = UpstreamConnection(self, endpoint, call, to: address, tried: tried)
        call.state = .connecting(connection)
        let time = endpoint.connectTime(after: tried, call, now: self.loop.now)
        self.connector.connect(connection, to: address, of: endpoint.shared.configuration, within: time)
    }

    func start(_ call: UpstreamCall, on connection: UpstreamConnection, now: NIODeadline) {
        guard let endpoint = call.endpoint else { return }
        call.state = .active(connection)
        call.deadline.enter(.answering, now: now)
        call.sentAt = now
        self.scratch.clear()
        let isBodyApart = call.request.render(endpoint: endpoint.shared.index, into: &self.scratch)
        connection.send(call, self.scratch, body: isBodyApart ? call.request.body : nil)
    }

    /// Gives waiting calls what has become free.
    func pump() {
        guard self.waiting > 0 else { return }
        let now = self.loop.now
        while self.waiting > 0, let call = self.pending.first {
            guard case .waiting = call.state else {
                self.pending.removeFirst()
                continue
            }
            if case .full = self.choose(avoiding: call.avoided, now: now) { return }
            self.pending.removeFirst()
            self.waiting -= 1
            self.dispatch(call, now: now)
        }
        if self.waiting == 0 { self.pending.removeAll(keepingCapacity: true) }
    }
}
