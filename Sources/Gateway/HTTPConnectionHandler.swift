import HTTP1
import NIOCore
import Routing
import Telemetry

/// One client connection: cuts its bytes into requests and answers them one after the other, in order. While a request is
/// being answered at most one read is done, which tells that the client has gone and costs no change of what the system
/// waits for; so a client that pipelines costs one read's worth of memory.
///
/// Lives on its event loop. What belongs to one request is in `Exchange`; what belongs to the loop in `LoopWorkspace`.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let workspace: LoopWorkspace
    let options: GatewayOptions
    var context: ChannelHandlerContext?
    /// The request being read or answered.
    var exchange: Exchange?
    private var deadline: ConnectionDeadline
    /// When the bytes now being handled were read: one look at the clock serves time-outs and latency.
    private(set) var now: NIODeadline
    private var served = 0
    private var nextSerial: UInt64 = 0
    private var reader: RequestReader
    private var targets = TargetReader()
    /// What the request whose head was read last asks for.
    private var target = RequestTarget.unknown
    /// Bytes read and not yet made into requests.
    private var input = ByteBuffer()
    private var isReadWanted = false
    /// False while the client leaves too much of what was written unread: then no further request is taken.
    private var isWritable = true
    /// No answer from now on keeps the connection alive.
    private var isClosing = false
    /// The gateway stops; or another process has its place, and the patience with this connection is over.
    private(set) var isStopping = false

    init(workspace: LoopWorkspace, options: GatewayOptions, now: NIODeadline) {
        self.workspace = workspace
        self.options = options
        self.now = now
        self.reader = RequestReader(limits: options.limits)
        self.deadline = ConnectionDeadline(limits: options.limits, now: now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.workspace.connections.add(self)
        self.workspace.routing.metrics.connectionsOpened &+= 1
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.workspace.connections.remove(self)
        self.workspace.routing.metrics.connectionsClosed &+= 1
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.now = context.eventLoop.now
        self.abandonExchange()
        // Requests of a client that has gone are not begun.
        self.enter(.closing)
        context.fireChannelInactive()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // From the last answer on, bytes are thrown away.
        guard !self.deadline.wait.isFinal else { return }
        // By the type's name, not `Self`: through `Self` the compiler leaves a generic call with a dynamic cast.
        var bytes = HTTPConnectionHandler.unwrapInboundIn(data)
        self.now = context.eventLoop.now
        if self.input.readableBytes == 0 {
            self.input = bytes
        } else {
            self.input.discardReadBytes()
            self.input.writeBuffer(&bytes)
        }
        switch self.deadline.wait {
        case .idle: self.enter(.head)
        case .body(let since): self.enter(.body(since: since))
        case .head, .executing, .writing, .closing, .lingering: break
        }
        self.resume()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        guard self.canTakeBytes || self.isWritable && self.input.readableBytes == 0 else {
            self.isReadWanted = true
            return
        }
        context.read()
    }

    private var canTakeBytes: Bool { self.exchange?.isAnswering != true && self.isWritable }

    /// Takes requests out of the bytes read, until one is being answered or bytes are missing.
    private func resume() {
        guard !self.isResuming else { return }
        self.withoutResuming {
            while self.canTakeBytes, !self.deadline.wait.isFinal, self.step() {}
        }
        // Lets go of the memory that was read into.
        if self.input.readableBytes == 0 { self.input = ByteBuffer() }
        guard self.canTakeBytes, self.isReadWanted else { return }
        self.isReadWanted = false
        self.context?.read()
    }

    /// False when nothing more can be made of the bytes read so far.
    private func step() -> Bool {
        do {
            let event = try self.reader.next(&self.input, captures: self.workspace.routing.capturedHeaders) {
                self.target = self.targets.read($0)
            }
            switch event {
            case .more:
                // The first bytes of the next request came with the one before; or there was only an empty line.
                let isBegun = self.input.readableBytes > 0
                if self.deadline.wait == .idle, isBegun { self.enter(.head) }
                if self.deadline.wait == .head, !isBegun { self.enter(.idle) }
                return false
            case .head(let head): self.begin(head)
            case .complete(let body):
                self.exchange?.body = body
                self.exchange?.isFullyRead = true
                self.dispatch()
            }
        } catch {
            self.fail(error.status, error.message, error.reason)
        }
        return true
    }

    private func begin(_ head: RequestHead) {
        self.workspace.routing.metrics.accepted &+= 1
        self.served += 1
        self.nextSerial &+= 1
        let keepsAlive = head.keepsAlive && self.served < self.options.limits.requestsPerConnection && !self.isClosing
        let exchange = Exchange(
            serial: self.nextSerial,
            head: head,
            target: self.target,
            keepsAlive: keepsAlive,
            limits: self.options.limits
        )
        self.exchange = exchange
        self.target = .unknown
        if exchange.mustNotReadBody || (head.expectsContinue && exchange.refusal != nil) {
            // The client waits for a word before it sends, or would send more than we will read: answer now.
            exchange.keepsAlive = false
            self.dispatch()
            return
        }
        if exchange.refusal != nil { self.reader.skipBody() }
        if head.expectsContinue, !head.isHTTP10 {
            self.context?.writeAndFlush(
                HTTPConnectionHandler.wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")),
                promise: nil
            )
        }
        self.enter(.body(since: self.now))
    }

    private func dispatch() {
        self.enter(.executing)
        self.exchange?.isAnswering = true
        self.exchange?.timing?.end("read")
        self.answerExchange()
    }

    // MARK: Writing

    /// Sends the answer to the current exchange, counts it and goes on with what was read meanwhile.
    func send(_ response: ResponseWriter, body: ByteBuffer, outcome: RequestOutcome = .answered) {
        guard let exchange = self.exchange else { return }
        var response = response
        response.closes = !exchange.keepsAlive
        response.saysKeepAlive = exchange.head.isHTTP10
        response.omitsBody = exchange.isHead
        response.lines = exchange.answerLines
        self.workspace.response.clear()
        response.write(body: body, into: &self.workspace.response)
        self.conclude(exchange, with: self.workspace.response, outcome)
    }

    /// Writes the last bytes of the answer to `exchange`, the current one, counts it and goes on with what was read
    /// meanwhile.
    func conclude(_ exchange: Exchange, with bytes: ByteBuffer, _ outcome: RequestOutcome) {
        guard let context = self.context else { return }
        self.exchange = nil
        self.withoutResuming {
            if !exchange.keepsAlive {
                self.close(context, after: bytes, lingering: !exchange.isFullyRead)
            } else {
                self.enter(self.isWritable ? .idle : .writing)
                context.writeAndFlush(HTTPConnectionHandler.wrapOutboundOut(bytes), promise: nil)
            }
        }
        if outcome == .shed {
            self.workspace.routing.metrics.shed &+= 1
        } else {
            self.workspace.routing.metrics.answered &+= 1
        }
        exchange.settle(outcome, now: context.eventLoop.now)
        if exchange.handle != nil { self.workspace.overload.leave() }
        self.workspace.trim()
        self.resume()
    }

    /// Writes some of an answer that goes on.
    func write(_ bytes: ByteBuffer, flushing: Bool) {
        guard let context = self.context else { return }
        context.write(HTTPConnectionHandler.wrapOutboundOut(bytes), promise: nil)
        if flushing { context.flush() }
    }

    /// What is answered or written within `body` must not start the next request on top of the stack of the one before.
    private func withoutResuming(_ body: () -> Void) {
        let before = self.isResuming
        self.isResuming = true
        body()
        self.isResuming = before
    }

    private var isResuming = false

    /// What cannot be parsed is answered once, then the connection ends: nothing after it can be trusted.
    private func fail(_ status: HTTPStatus, _ message: String, _ reason: ConnectionRejection) {
        guard !self.deadline.wait.isFinal else { return }
        self.workspace.routing.metrics.reject(reason)
        if self.exchange == nil {
            self.workspace.routing.metrics.accepted &+= 1
            self.exchange = Exchange(failed: self.nextSerial)
        }
        self.exchange?.keepsAlive = false
        self.exchange?.isAnswering = true
        self.exchange?.timing?.end("read")
        self.exchange?.refuse(status, message)
        self.answerExchange()
    }

    private func close(_ context: ChannelHandlerContext, after response: ByteBuffer, lingering: Bool) {
        self.enter(lingering ? .lingering : .closing)
        guard lingering else {
            let channel = context.channel
            context.writeAndFlush(HTTPConnectionHandler.wrapOutboundOut(response)).whenComplete { _ in
                channel.close(promise: nil)
            }
            return
        }
        // The client is still sending: closing now would reset the connection and take our answer with it.
        context.writeAndFlush(HTTPConnectionHandler.wrapOutboundOut(response), promise: nil)
        context.close(mode: .output, promise: nil)
    }

    // MARK: Ends

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.isWritable = context.channel.isWritable
        self.tick()
        if let forwarded = self.exchange?.forwarded {
            // An answer that is passed on piece by piece: its source waits for this client.
            forwarded.clientTakes(more: self.isWritable)
            self.enter(self.isWritable ? .executing : .writing)
        } else if !self.isWritable, self.deadline.wait == .idle {
            self.enter(.writing)
        } else if self.isWritable {
            if self.deadline.wait == .writing { self.enter(.idle) }
            self.resume()
        }
        context.fireChannelWritabilityChanged()
    }

    func checkDeadline(now: NIODeadline) {
        guard let reason = self.deadline.expired(at: now), let context = self.context else { return }
        self.now = now
        switch self.deadline.wait {
        case .head, .body:
            self.fail(.requestTimeout, "the request did not arrive in time", reason)
        case .idle, .writing, .closing, .lingering, .executing:
            if self.deadline.wait != .lingering { self.workspace.routing.metrics.reject(reason) }
            context.close(promise: nil)
        }
    }

    /// The next answer, if one is on its way or still comes, says that it is the last.
    func closeAfterNextAnswer() {
        self.isClosing = true
        self.exchange?.keepsAlive = false
    }

    func closeWhenIdle() {
        self.isStopping = true
        self.closeAfterNextAnswer()
        guard self.exchange == nil, self.input.readableBytes == 0, !self.deadline.wait.isFinal,
            let context = self.context
        else {
            return
        }
        self.tick()
        // Nothing to say, but it ends behind what the client has not read yet.
        self.close(context, after: ByteBuffer(), lingering: false)
    }

    /// Looks at the clock, for what an event other than arriving bytes starts.
    func tick() {
        if let context = self.context { self.now = context.eventLoop.now }
    }

    func enter(_ wait: ConnectionDeadline.Wait) {
        self.deadline.enter(wait, limits: self.options.limits, now: self.now)
    }

    private func abandonExchange() {
        self.input = ByteBuffer()
        guard let exchange = self.exchange else { return }
        self.exchange = nil
        self.workspace.routing.metrics.aborted &+= 1
        exchange.abandon(now: self.now)
        if exchange.handle != nil { self.workspace.overload.leave() }
    }
}
