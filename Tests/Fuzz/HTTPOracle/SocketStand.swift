package import NIOCore

/// Stands where the socket would be: sees half-closing and reading, and can refuse to take what is written.
package final class SocketStand: ChannelOutboundHandler {
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package private(set) var isOutputClosed = false
    /// How often the pipeline asked for more bytes.
    package private(set) var reads = 0
    package var takesWrites = true
    private var held: [(ByteBuffer, EventLoopPromise<Void>?)] = []

    package init() {}

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard self.takesWrites else {
            self.held.append((Self.unwrapOutboundIn(data), promise))
            return
        }
        context.write(data, promise: promise)
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else {
            for (_, promise) in self.held { promise?.fail(ChannelError.ioOnClosedChannel) }
            self.held = []
            context.close(mode: mode, promise: promise)
            return
        }
        self.isOutputClosed = true
        promise?.succeed(())
    }

    package func read(context: ChannelHandlerContext) {
        self.reads += 1
        context.read()
    }

    /// Takes what was held back, in order.
    package func release(context: ChannelHandlerContext) {
        self.takesWrites = true
        let held = self.held
        self.held = []
        for (bytes, promise) in held { context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: promise) }
    }
}
