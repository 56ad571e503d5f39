package import NIOCore

/// Closes a connection whose client has read nothing for `limit` while an answer waits to be sent: whatever makes the
/// answer, such as an archive of vectors, would be held as long as the client likes.
package final class WriteStallHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = Any

    private let limit: TimeAmount
    private var check: Scheduled<Void>?

    package init(limit: TimeAmount = .seconds(30)) { self.limit = limit }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.check?.cancel()
        self.check = nil
        if !context.channel.isWritable { self.watch(context) }
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.check?.cancel()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.check?.cancel() }

    /// A client that reads slowly may leave the connection without room for long: what is waiting has to become less.
    private func watch(_ context: ChannelHandlerContext) {
        let waiting = Self.waiting(context)
        self.check = context.eventLoop.assumeIsolated().scheduleTask(in: self.limit) {
            if Self.waiting(context) < waiting {
                self.watch(context)
            } else {
                context.close(promise: nil)
            }
        }
    }

    /// Bytes that the system has not taken.
    private static func waiting(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
