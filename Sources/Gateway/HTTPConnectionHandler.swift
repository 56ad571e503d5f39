import NIOCore
import NIOHTTP1
import Routing
import Telemetry

/// One client connection: takes parsed request parts, answers them one after the other, in order. While a request is
/// being answered nothing more is read, so a client that pipelines costs one read's worth of memory.
///
/// Lives on its event loop. What belongs to one request is in `Exchange`; what belongs to the loop in `LoopWorkspace`.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
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
    /// Parts that were read before the request before them was answered.
    private var waiting = CircularBuffer<Arrival>(initialCapacity: 4)
    private var isReadWanted = false
    /// False while the client leaves too much of what was written unread: then no further request is taken.
    private var isWritable = true
    /// No answer from now on keeps the connection alive.
    private var isClosing = false
    /// The target of the request before: clients ask for the same one again and again.
    private var lastTarget: (text: String, target: RequestTarget)?

    private enum Arrival {
        case part(HTTPServerRequestPart)
        case failure(HTTPStatus, String, ConnectionRejection)
    }

    init(workspace: LoopWorkspace, options: GatewayOptions, now: NIODeadline) {
        self.workspace = workspace
        self.options = options
        self.now = now
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
        // The parser may still hold requests of a client that has gone.
        self.enter(.closing)
        context.fireChannelInactive()
    }

    // MARK: Reading

    /// Called before the parser sees newly arrived bytes.
    func bytesArrived() {
        self.tick()
        if self.deadline.wait == .idle { self.enter(.head) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        guard self.canTakeParts else {
            self.waiting.append(.part(part))
            return
        }
        self.take(part)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch Fault(error) {
        case .refusal(let status, let message, let reason):
            guard self.canTakeParts else {
                self.waiting.append(.failure(status, message, reason))
                return
            }
            self.fail(status, message, reason)
        case .afterEnd: break
        case .transport: context.close(promise: nil)
        }
    }

    func read(context: ChannelHandlerContext) {
        guard self.canTakeParts else {
            self.isReadWanted = true
            return
        }
        context.read()
    }

    private var canTakeParts: Bool { self.isReadyForParts && self.waiting.isEmpty }

    private var isReadyForParts: Bool { self.exchange?.isAnswering != true && self.isWritable }

    private func take(_ part: HTTPServerRequestPart) {
        guard !self.deadline.wait.isFinal else { return }
        switch part {
        case .head(let head): self.begin(head)
        case .body(let bytes): self.append(bytes)
        case .end: self.finishReading()
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        self.workspace.routing.metrics.accepted &+= 1
        self.served += 1
        self.nextSerial &+= 1
        let keepsAlive = head.isKeepAlive && self.served < self.options.limits.requestsPerConnection && !self.isClosing
        let exchange = Exchange(
            serial: self.nextSerial,
            head: head,
            target: self.target(of: head),
            keepsAlive: keepsAlive,
            limits: self.options.limits
        )
        let expectsContinue = exchange.headers.expectsContinue
        self.exchange = exchange
        if exchange.mustNotReadBody || (expectsContinue && exchange.refusal != nil) {
            // The client waits for a word before it sends, or would send more than we will read: answer now.
            self.exchange?.keepsAlive = false
            self.dispatch()
            return
        }
        if expectsContinue, !exchange.isHTTP10 {
            self.context?.writeAndFlush(
                Self.wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")),
                promise: nil
            )
        }
        self.enter(.body(since: self.now))
    }

    private func target(of head: HTTPRequestHead) -> RequestTarget {
        if let last = self.lastTarget, last.text == head.uri { return last.target }
        let target = RequestTarget(parsing: head.uri)
        if head.uri.utf8.count <= 256 { self.lastTarget = (head.uri, target) }
        return target
    }

    private func append(_ bytes: ByteBuffer) {
        guard self.exchange != nil else { return }
        if case .body(let since) = self.deadline.wait { self.enter(.body(since: since)) }
        guard self.exchange?.append(bytes, limit: self.options.limits.bodyBytes) == false else { return }
        self.exchange?.keepsAlive = false
        self.exchange?.refuse(
            .contentTooLarge,
            "the body is larger than the \(self.options.limits.bodyBytes) bytes allowed"
        )
        self.dispatch()
    }

    private func finishReading() {
        guard self.exchange != nil else { return }
        self.exchange?.isFullyRead = true
        self.dispatch()
    }

    private func dispatch() {
        self.enter(.executing)
        self.exchange?.isAnswering = true
        self.answerExchange()
    }

    // MARK: Writing

    /// Sends the answer to the current exchange, counts it and goes on with what was read meanwhile.
    func send(_ response: ResponseWriter, body: ByteBuffer, outcome: RequestOutcome = .answered) {
        guard let context = self.context, let exchange = self.exchange else { return }
        var response = response
        response.closes = !exchange.keepsAlive
        response.saysKeepAlive = exchange.isHTTP10
        response.omitsBody = exchange.isHead
        self.workspace.response.clear()
        response.write(body: body, into: &self.workspace.response)
        self.exchange = nil
        self.withoutResuming {
            if response.closes {
                self.close(context, after: self.workspace.response, lingering: !exchange.isFullyRead)
            } else {
                self.enter(.idle)
                context.writeAndFlush(Self.wrapOutboundOut(self.workspace.response), promise: nil)
            }
        }
        if outcome == .shed {
            self.workspace.routing.metrics.shed &+= 1
        } else {
            self.workspace.routing.metrics.answered &+= 1
        }
        exchange.settle(outcome, now: context.eventLoop.now)
        self.workspace.trim()
        self.resume()
    }

    /// Goes on with what was read while the request before was answered.
    private func resume() {
        guard !self.isResuming else { return }
        self.withoutResuming {
            while self.isReadyForParts, let arrival = self.waiting.popFirst() {
                switch arrival {
                case .part(let part): self.take(part)
                case .failure(let status, let message, let reason): self.fail(status, message, reason)
                }
            }
        }
        guard self.canTakeParts, self.isReadWanted else { return }
        self.isReadWanted = false
        self.context?.read()
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
        self.exchange?.refuse(status, message)
        self.answerExchange()
    }

    private func close(_ context: ChannelHandlerContext, after response: ByteBuffer, lingering: Bool) {
        self.enter(lingering ? .lingering : .closing)
        guard lingering else {
            let channel = context.channel
            context.writeAndFlush(Self.wrapOutboundOut(response)).whenComplete { _ in channel.close(promise: nil) }
            return
        }
        // The client is still sending: closing now would reset the connection and take our answer with it.
        context.writeAndFlush(Self.wrapOutboundOut(response), promise: nil)
        context.close(mode: .output, promise: nil)
    }

    // MARK: Ends

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.isWritable = context.channel.isWritable
        self.tick()
        if !self.isWritable, self.deadline.wait == .idle {
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

    func closeWhenIdle() {
        self.isClosing = true
        self.exchange?.keepsAlive = false
        guard self.exchange == nil, self.waiting.isEmpty, !self.deadline.wait.isFinal, let context = self.context else {
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
        self.waiting.removeAll()
        guard let exchange = self.exchange else { return }
        self.exchange = nil
        self.workspace.routing.metrics.aborted &+= 1
        exchange.abandon(now: self.now)
    }
}

/// What an error from the handlers before means for a connection.
private enum Fault {
    /// The request cannot be parsed; it is answered once.
    case refusal(HTTPStatus, String, ConnectionRejection)
    /// Bytes behind a request that said it is the last, or behind what could not be parsed, or the end of all bytes.
    case afterEnd
    case transport

    init(_ error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow, is ByteToMessageDecoderError.PayloadTooLargeError:
            self = .refusal(.headTooLarge, "the request head is larger than the limits allow", .headTooLarge)
        case HTTPParserError.invalidVersion:
            self = .refusal(.versionNotSupported, "HTTP/1.1 and HTTP/1.0 are spoken here", .malformedHead)
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection, is ByteToMessageDecoderError:
            self = .afterEnd
        case is HTTPParserError:
            self = .refusal(.badRequest, "the request is not valid HTTP/1.1", .malformedHead)
        default: self = .transport
        }
    }
}
