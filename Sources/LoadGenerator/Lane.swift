import NIOCore
import NIOPosix

/// Drives `LaneStateMachine`: owns at most one TCP connection at a time. Lives on its event loop.
final class Lane {
    private let configuration: LoadConfiguration
    private let eventLoop: any EventLoop
    /// The cycle ends with the run, when the worker lets go of its lanes.
    private let worker: LoadWorker
    private var state = LaneStateMachine()
    private var connection: ResponseHandler?

    init(configuration: LoadConfiguration, eventLoop: any EventLoop, worker: LoadWorker) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.worker = worker
    }

    func assign(_ ticket: Ticket) { self.perform(self.state.assign(ticket)) }

    func finish() { self.perform(self.state.finish()) }

    func heard() { self.state.heard() }

    func answered(_ response: Response) {
        switch self.state.answered(reusable: response.isReusable) {
        case .complete(let ticket, let reconnect):
            if reconnect { self.dropConnection() }
            self.worker.answered(ticket, response)
            if reconnect { self.connect() } else { self.worker.rests(self) }
        case .none, .connect, .send, .rest, .fail, .retry, .close:
            self.dropConnection()
        }
    }

    /// `connection` has ended or made no sense.
    func lost(_ connection: ResponseHandler, _ failure: LoadFailure, _ text: String) {
        guard connection === self.connection else { return }
        self.dropConnection()
        switch self.state.lost() {
        case .fail(let ticket):
            self.worker.failed(ticket, failure, text)
            self.worker.rests(self)
        case .retry:
            self.worker.refusedReuse()
            self.connect()
        case .none, .connect, .send, .rest, .complete, .close: break
        }
    }

    func expire(at now: UInt64) {
        guard case .fail(let ticket) = self.state.expire(at: now) else { return }
        self.dropConnection()
        self.worker.failed(ticket, .timeout, "no answer within the time-out")
        self.worker.rests(self)
    }

    /// The lane calls `LoadWorker.rests` once it is connected or has failed to.
    func connect() {
        // `NIOLoopBound` only to pass the initialiser's `@Sendable`; everything here runs on the lane's loop.
        let lane = NIOLoopBound(self, eventLoop: self.eventLoop)
        ClientBootstrap(group: self.eventLoop)
            .connectTimeout(self.configuration.timeout)
            // One read per wake-up: an answer fits one read, and a second would only learn that there is no more.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ResponseHandler(lane: lane.value)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    lane.value.connection = handler
                }
            }
            .connect(to: self.configuration.target)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success: self.connected()
                case .failure(let error): self.connectFailed(error)
                }
            }
    }

    private func connected() {
        self.worker.connected()
        self.perform(self.state.connected())
    }

    private func connectFailed(_ error: any Error) {
        self.connection = nil
        switch self.state.connectFailed() {
        case .fail(let ticket):
            self.worker.failed(ticket, .connect, "\(ConnectionProblem(error))")
            self.worker.restsLater(self)
        case .rest: self.worker.rests(self)
        case .none, .connect, .send, .complete, .retry, .close: break
        }
    }

    private func perform(_ action: LaneStateMachine.Action) {
        switch action {
        case .connect: self.connect()
        case .send(let ticket): self.send(ticket)
        case .rest: self.worker.rests(self)
        case .close: self.dropConnection()
        case .none, .complete, .fail, .retry: break
        }
    }

    private func send(_ ticket: Ticket) {
        var ticket = ticket
        if ticket.deadline == .max {
            ticket.deadline = (NIODeadline.now() + self.configuration.timeout).uptimeNanoseconds
        }
        ticket.stamp = self.configuration.stamp?() ?? 0
        self.state.sent(ticket)
        let requests = self.configuration.requests
        self.connection?.send(
            self.configuration.compose?(ticket.sequence) ?? requests[ticket.sequence % requests.count]
        )
    }

    private func dropConnection() {
        self.connection?.close()
        self.connection = nil
    }
}
