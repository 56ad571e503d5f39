import HTTP1
package import NIOCore
import NIOSSL
import NIOTLS
import ServingCore

/// One connection to an endpoint: sends one request at a time and gives its answer to the call. The only handler of its
/// channel but TLS.
package final class UpstreamConnection: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum State {
        case opening, idle, busy, closed
    }

    /// Weak, because an idle connection must not keep alive who keeps it; a call holds its backend.
    private weak var backend: LoopBackend?
    private weak var endpoint: LoopEndpoint?
    let address: SocketAddress
    /// How many addresses of the endpoint were tried before this one.
    let tried: Int
    /// Counted by its pool.
    var isCounted = true
    private var state = State.opening
    private var call: UpstreamCall?
    private let isTLS: Bool
    private var context: ChannelHandlerContext?
    private var channel: (any Channel)?
    private var reader: ResponseReader
    /// Bytes read and not yet made into answers.
    private var input = ByteBuffer()
    private var isReadWanted = false
    /// TLS ended without saying so: somebody may have cut the answer off.
    private var isCutOff = false

    // What belongs to the request on its way.
    /// The connection carried a request before.
    private var isKept = false
    private var hasReceived = false
    private var hasBegun = false
    private var keepsAlive = false
    private var saysBroken = false
    private var keptSeconds: Int?

    init(_ backend: LoopBackend, _ endpoint: LoopEndpoint, _ call: UpstreamCall, to address: SocketAddress, tried: Int)
    {
        self.backend = backend
        self.endpoint = endpoint
        self.call = call
        self.address = address
        self.tried = tried
        self.isTLS = endpoint.shared.configuration.isTLS
        var limits = HTTPLimits()
        limits.bodyBytes = backend.configuration.answerBytes
        self.reader = ResponseReader(limits: limits)
    }

    /// A request can be sent at once.
    var isUsable: Bool { self.state == .idle && self.channel?.isActive == true }

    // MARK: Sending

    /// Sends a request laid out in `head`, with `body` behind it.
    func send(_ call: UpstreamCall, _ head: ByteBuffer, body: ByteBuffer?) {
        self.isKept = self.state == .idle
        self.state = .busy
        self.call = call
        self.hasReceived = false
        self.hasBegun = false
        guard let context = self.context, context.channel.isActive else {
            self.call = nil
            self.close()
            return call.backend.unsent(call)
        }
        call.wasSent = true
        self.reader.begin(answersHead: call.request.route.method == .head)
        if let body {
            context.write(UpstreamConnection.wrapOutboundOut(head), promise: nil)
            context.writeAndFlush(UpstreamConnection.wrapOutboundOut(body), promise: nil)
        } else {
            context.writeAndFlush(UpstreamConnection.wrapOutboundOut(head), promise: nil)
        }
    }

    /// The call is not interested any more.
    func abandon() {
        self.call = nil
        self.close()
    }

    func close() {
        self.state = .closed
        self.input = ByteBuffer()
        self.endpoint?.drop(self)
        self.context?.close(promise: nil)
    }

    // MARK: Opening

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.channel = context.channel
        // Nobody waits any more.
        if self.state == .closed { context.close(promise: nil) }
        if !self.isTLS, context.channel.isActive { self.opened() }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelActive(context: ChannelHandlerContext) {
        if !self.isTLS { self.opened() }
        context.fireChannelActive()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if self.isTLS, case .handshakeCompleted? = event as? TLSUserEvent { self.opened() }
        context.fireUserInboundEventTriggered(event)
    }

    private func opened() {
        guard self.state == .opening, let call = self.call, let endpoint = self.endpoint else { return }
        call.backend.opened(self, for: call, endpoint)
    }

    /// The channel could not be connected, or TLS not agreed on. Told again, nothing happens.
    ///
    /// - Parameter timedOut: nobody answered at all, where others refuse.
    package func failedToOpen(timedOut: Bool = false) {
        guard self.state == .opening else { return }
        self.state = .closed
        self.context?.close(promise: nil)
        guard let call = self.call.take(), let endpoint = self.endpoint else { return }
        call.backend.failedToOpen(self, for: call, endpoint, timedOut: timedOut)
    }

    // MARK: Reading

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // By the type's name, not `Self`: through `Self` the compiler leaves a generic call with a dynamic cast.
        var bytes = UpstreamConnection.unwrapInboundIn(data)
        guard bytes.readableBytes > 0 else { return }
        switch self.state {
        case .closed: return
        case .opening: return self.failedToOpen()
        case .idle: return self.refuseUnsolicited()
        case .busy: break
        }
        self.hasReceived = true
        self.call?.deadline.touch()
        if self.input.readableBytes == 0 {
            self.input = bytes
        } else {
            self.input.discardReadBytes()
            self.input.writeBuffer(&bytes)
        }
        do throws(ResponseFault) {
            while try self.step() {}
        } catch {
            // A large body may be due to the request; a head without end is the server's own.
            self.fail(error.kind == .bodyTooLarge ? .tooLarge : .malformed, error.message)
        }
        // Lets go of the memory that was read into.
        if self.input.readableBytes == 0 { self.input = ByteBuffer() }
    }

    /// False when nothing more can be made of the bytes read so far.
    private func step() throws(ResponseFault) -> Bool {
        guard let call = self.call else { return false }
        switch try self.reader.next(&self.input) {
        case .more: return false
        case .head(let head):
            self.hasBegun = true
            self.saysBroken = head.saysBroken
            self.keepsAlive = head.keepsAlive
            self.keptSeconds = head.keepAliveSeconds
            call.backend.begun(call, head)
            call.exchange?.upstream(head: head)
        case .body(let piece): call.exchange?.upstream(body: piece)
        case .end:
            self.end(call)
            return false
        }
        return true
    }

    private func end(_ call: UpstreamCall) {
        // Bytes behind the answer belong to nothing that was asked: its length may be wrong, and the answer cut.
        guard self.input.readableBytes == 0 || call.isPassedOn else {
            return self.fail(.malformed, "something follows the answer's end")
        }
        self.call = nil
        // A request not wholly written is no good start.
        let isReusable =
            self.state == .busy && self.keepsAlive && self.input.readableBytes == 0
            && self.channel?.isActive == true && self.channel?.isWritable == true
        if isReusable {
            self.state = .idle
            self.readIfWanted()
        } else {
            self.close()
        }
        call.backend.answered(
            call,
            saysBroken: self.saysBroken,
            on: self,
            isReusable: isReusable,
            keptSeconds: self.keptSeconds
        )
    }

    private func refuseUnsolicited() {
        let backend = self.backend
        let endpoint = self.endpoint
        self.close()
        if let backend, let endpoint { backend.lost(self, endpoint, unsolicited: true) }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        if self.hasBegun, let exchange = self.call?.exchange { exchange.upstreamReadComplete() }
        context.fireChannelReadComplete()
    }

    package func read(context: ChannelHandlerContext) {
        guard self.call?.isPaused != true else {
            self.isReadWanted = true
            return
        }
        context.read()
    }

    /// Reads on after a pause.
    func readIfWanted() {
        guard self.isReadWanted else { return }
        self.isReadWanted = false
        self.context?.read()
    }

    // MARK: Ends

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown = error {
            self.isCutOff = true
        } else if self.state == .opening {
            self.failedToOpen()
        } else {
            context.close(promise: nil)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        switch self.state {
        case .closed: break
        case .opening: self.failedToOpen()
        case .idle:
            let backend = self.backend
            let endpoint = self.endpoint
            self.close()
            if let backend, let endpoint { backend.lost(self, endpoint, unsolicited: false) }
        case .busy: self.cutOff()
        }
        context.fireChannelInactive()
    }

    /// The server has closed: that may be how its answer ends.
    private func cutOff() {
        guard let call = self.call else { return self.close() }
        do throws(ResponseFault) {
            try self.reader.close()
            guard !self.isCutOff else {
                return self.fail(.closed, "TLS ended without a farewell: the answer may be cut off")
            }
            self.keepsAlive = false
            self.end(call)
        } catch {
            self.fail(.closed, error.message)
        }
    }

    private func fail(_ reason: UpstreamFailure.Reason, _ message: String) {
        guard let call = self.call.take() else { return }
        self.close()
        call.backend.failed(
            call,
            reason,
            message,
            hasBegun: self.hasBegun,
            isUntouched: !self.hasReceived,
            isStale: self.isKept
        )
    }
}
