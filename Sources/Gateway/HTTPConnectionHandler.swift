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
    private var isClosing = false
    /// The target of the request before: clients ask for the same one again and again.
    private var lastTarget: (text: String, target: RequestTarget)?

    private enum Arrival {
        case part(HTTPServerRequestPart)
        case failure(HTTPStatus, String, ConnectionRejection)
    }

    init(workspace: LoopWorkspace, options: GatewayOptions) {
        self.workspace = workspace
        self.options = options
        self.now = .now()
        self.deadline = ConnectionDeadline(limits: options.limits, now: self.now)
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
        self.abandonExchange()
        context.fireChannelInactive()
    }

    // MARK: Reading

    /// Called before the parser sees newly arrived bytes.
    func bytesArrived() {
        self.now = .now()
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
        guard let (status, message, reason) = Self.explain(error) else {
            context.close(promise: nil)
            return
        }
        guard self.canTakeParts else {
            self.waiting.append(.failure(status, message, reason))
            return
        }
        self.fail(status, message, reason)
    }

    func read(context: ChannelHandlerContext) {
        guard self.canTakeParts else {
            self.isReadWanted = true
            return
        }
        context.read()
    }

    private var canTakeParts: Bool { self.exchange?.isAnswering != true && self.waiting.isEmpty }

    private func take(_ part: HTTPServerRequestPart) {
        guard self.deadline.wait != .lingering else { return }
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
            serial: self.nextSerial, head: head, target: self.target(of: head), keepsAlive: keepsAlive,
            limits: self.options.limits)
        let expectsContinue = exchange.headers.expectsContinue
        self.exchange = exchange
        if exchange.mustNotReadBody || (expectsContinue && exchange.refusal != nil) {
            // The client waits for a word before it sends, or would send more than we will read: answer now.
            self.exchange?.keepsAlive = false
            self.dispatch()
            return
        }
        if expectsContinue {
            self.context?.writeAndFlush(
                Self.wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
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
            .contentTooLarge, "the body is larger than the \(self.options.limits.bodyBytes) bytes allowed")
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

    /// Sends the answer to the current exchange and goes on with what was read meanwhile.
    func send(_ response: ResponseWriter, body: ByteBuffer, counted: Bool = true) {
        guard let context = self.context, let exchange = self.exchange else { return }
        var response = response
        response.closes = !exchange.keepsAlive
        response.saysKeepAlive = exchange.isHTTP10
        response.omitsBody = exchange.isHead
        self.workspace.response.clear()
        response.write(body: body, into: &self.workspace.response)
        if counted { self.workspace.routing.metrics.answered &+= 1 }
        let mustLinger = response.closes && !exchange.isFullyRead
        self.exchange = nil
        self.enter(.idle)
        if response.closes {
            self.close(context, after: self.workspace.response, lingering: mustLinger)
        } else {
            context.writeAndFlush(Self.wrapOutboundOut(self.workspace.response), promise: nil)
        }
        self.workspace.trim()
        self.resume()
    }

    /// Goes on with what was read while the request before was answered.
    private func resume() {
        guard !self.isResuming else { return }
        self.isResuming = true
        defer { self.isResuming = false }
        while self.exchange?.isAnswering != true, let arrival = self.waiting.popFirst() {
            switch arrival {
            case .part(let part): self.take(part)
            case .failure(let status, let message, let reason): self.fail(status, message, reason)
            }
        }
        guard self.canTakeParts, self.isReadWanted else { return }
        self.isReadWanted = false
        self.context?.read()
    }

    /// An answer made within `take` must not handle the next part on top of the stack of the one before.
    private var isResuming = false

    /// What cannot be parsed is answered once, then the connection ends: nothing after it can be trusted.
    private func fail(_ status: HTTPStatus, _ message: String, _ reason: ConnectionRejection) {
        guard self.deadline.wait != .lingering else { return }
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
        self.isClosing = true
        guard lingering else {
            let channel = context.channel
            context.writeAndFlush(Self.wrapOutboundOut(response)).whenComplete { _ in channel.close(promise: nil) }
            return
        }
        // The client is still sending: closing now would reset the connection and take our answer with it.
        context.writeAndFlush(Self.wrapOutboundOut(response), promise: nil)
        context.close(mode: .output, promise: nil)
        self.enter(.lingering)
    }

    // MARK: Ends

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable, self.exchange == nil, self.deadline.wait == .idle {
            self.now = .now()
            self.enter(.writing)
        } else if context.channel.isWritable, self.deadline.wait == .writing {
            self.now = .now()
            self.enter(.idle)
        }
        context.fireChannelWritabilityChanged()
    }

    func checkDeadline(now: NIODeadline) {
        guard let reason = self.deadline.expired(at: now), let context = self.context else { return }
        self.now = now
        switch self.deadline.wait {
        case .head, .body:
            self.fail(.requestTimeout, "the request did not arrive in time", reason)
        case .idle, .writing, .lingering, .executing:
            if self.deadline.wait != .lingering { self.workspace.routing.metrics.reject(reason) }
            context.close(promise: nil)
        }
    }

    func closeWhenIdle() {
        self.isClosing = true
        if self.exchange == nil, self.waiting.isEmpty {
            self.context?.close(promise: nil)
        } else {
            self.exchange?.keepsAlive = false
        }
    }

    func enter(_ wait: ConnectionDeadline.Wait) {
        self.deadline.enter(wait, limits: self.options.limits, now: self.now)
    }

    private func abandonExchange() {
        self.waiting.removeAll()
        guard let exchange = self.exchange else { return }
        self.exchange = nil
        self.workspace.routing.metrics.aborted &+= 1
        exchange.abandon(now: .now())
    }

    private static func explain(_ error: any Error) -> (HTTPStatus, String, ConnectionRejection)? {
        switch error {
        case HTTPParserError.headerOverflow, is ByteToMessageDecoderError.PayloadTooLargeError:
            (.headTooLarge, "the request head is larger than the limits allow", .headTooLarge)
        case HTTPParserError.invalidVersion:
            (.versionNotSupported, "HTTP/1.1 and HTTP/1.0 are spoken here", .malformedHead)
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection: nil
        case is HTTPParserError: (.badRequest, "the request is not valid HTTP/1.1", .malformedHead)
        default: nil
        }
    }
}
