package import NIOCore
import NIOHTTP1

/// The handlers of one connection, from the socket inwards.
package enum GatewayPipeline {
    /// Adds them to `channel`; call it on the event loop that `workspace` belongs to.
    package static func configure(
        _ channel: any Channel,
        _ workspace: LoopWorkspace,
        _ options: GatewayOptions
    ) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = options.limits.headerFieldBytes
        limits.maxHeaderListSize = options.limits.headBytes
        limits.maxHeaderFieldCount = options.limits.headerFields
        let connection = HTTPConnectionHandler(
            workspace: workspace,
            options: options,
            now: channel.eventLoop.now
        )
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ArrivalHandler(connection))
        // The parser keeps an unfinished request line or field in this buffer: its size bounds the head.
        try pipeline.addHandler(ByteToMessageHandler(decoder, maximumBufferSize: options.limits.headBytes))
        try pipeline.addHandler(connection)
    }
}

/// Tells the connection that bytes came, before the parser has made anything of them: the head time-out starts here.
private final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: HTTPConnectionHandler

    init(_ connection: HTTPConnectionHandler) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.connection.bytesArrived()
        context.fireChannelRead(data)
    }
}
