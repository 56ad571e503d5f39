import NIOCore

/// One TCP connection of a lane: writes prepared bytes, reads answers. Speaks to its lane until the lane lets go of it.
final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var lane: Lane?
    private var context: ChannelHandlerContext?
    private var parser = ResponseParser()
    private var lastError: (any Error)?

    init(lane: Lane) { self.lane = lane }

    func send(_ request: PreparedRequest) {
        guard let context else { return }
        context.writeAndFlush(self.wrapOutboundOut(request.bytes), promise: nil)
    }

    /// The lane hears nothing of this connection any more.
    func close() {
        self.lane = nil
        self.context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let lane else { return }
        lane.heard()
        do throws(MalformedResponse) {
            if let response = try self.parser.receive(self.unwrapInboundIn(data)) { lane.answered(response) }
        } catch {
            lane.lost(self, .malformed, error.reason)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let response = self.parser.end() { self.lane?.answered(response) }
        let reason = self.lastError.map { ": \(ConnectionProblem($0))" } ?? ""
        self.lane?.lost(self, .closed, "connection closed before the answer\(reason)")
        self.lane = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.lastError = error
        context.close(promise: nil)
    }
}
