package import NIOCore

/// Closes a connection whose client has read nothing for `limit` while much of an answer waits to be sent: whatever makes
/// the answer, such as an archive of vectors, would be held as long as the client likes.
package final class WriteStallHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = Any

    private let limit: TimeAmount
    private var check: Scheduled<Void>?

    package init(limit: TimeAmount = .seconds(30)) { self.limit = limit }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.check?.cancel()
        self.check = nil
        if !context.channel.isWritable { self.watch(context, waiting: Self.waiting(context), looks: 1) }
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.check?.cancel()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.check?.cancel() }

    /// Looks in vain before the connection is closed.
    private static let mostLooks = 6

    /// A client that reads slowly may leave the connection without room for long: what is waiting has to become less from
    /// one look to the next. Only at first it may become more, by what was being written.
    private func watch(_ context: ChannelHandlerContext, waiting: Int, looks: Int) {
        let pause = TimeAmount.nanoseconds(self.limit.nanoseconds / Int64(Self.mostLooks))
        self.check = context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            let now = Self.waiting(context)
            if now < waiting {
                self.watch(context, waiting: now, looks: 1)
            } else if looks < Self.mostLooks {
                self.watch(context, waiting: now, looks: looks + 1)
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
