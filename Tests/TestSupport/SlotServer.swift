package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A tiny HTTP server on a free loopback port that answers as the test says. It stands in for the gateway where a test
/// is about a client.
package final class SlotServer: Sendable {
    package struct Request: Sendable {
        /// 0 for the first request the server got, over all connections.
        package var number: Int
        /// 0 for the first on its connection.
        package var numberOnConnection: Int
        package var method: String
        package var path: String
        package var body: ByteBuffer
    }

    package struct Answer: Sendable {
        package var status = 200
        package var headers: [(String, String)]
        package var body = "{}"
        /// Says `connection: close` and closes.
        package var closes = false
        /// Waits before it answers.
        package var delay: TimeAmount?

        package init(slot: String = "blue", version: Int = 1, generation: UInt64 = 1) {
            self.headers = [
                ("teal-slot", slot), ("teal-version", "\(version)"), ("teal-generation", "\(generation)"),
            ]
        }
    }

    package enum Behaviour: Sendable {
        case answer(Answer)
        case hang
        /// Closes without a byte.
        case close
        /// Ends the connection with a reset.
        case reset
        /// Writes these bytes as they are.
        case raw(String)
    }

    package let address: SocketAddress
    fileprivate let requests = Atomic(0)
    private let opened = Atomic(0)

    /// Connections accepted so far.
    package var connections: Int { self.opened.load(ordering: .relaxed) }

    private init(address: SocketAddress) { self.address = address }

    /// Runs `body` with a server that answers by `behaviour`, which is called on an event loop of `group`.
    package static func with<Result>(
        on group: any EventLoopGroup,
        behaviour: @escaping @Sendable (Request) -> Behaviour,
        _ body: (SlotServer) async throws -> Result
    ) async throws -> Result {
        // A listening socket gets its port before anything is accepted; the server object is made in between.
        let accepted = group.any().makePromise(of: SlotServer.self)
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                accepted.futureResult.hop(to: channel.eventLoop).flatMapThrowing { server in
                    server.opened.add(1, ordering: .relaxed)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        SlotServerHandler(server: server, behaviour: behaviour)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        guard let address = channel.localAddress else {
            accepted.fail(ChannelError.operationUnsupported)
            throw ChannelError.operationUnsupported
        }
        let server = SlotServer(address: address)
        accepted.succeed(server)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

private final class SlotServerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: SlotServer
    private let behaviour: @Sendable (SlotServer.Request) -> SlotServer.Behaviour
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var served = 0

    init(server: SlotServer, behaviour: @escaping @Sendable (SlotServer.Request) -> SlotServer.Behaviour) {
        self.server = server
        self.behaviour = behaviour
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.body.clear()
        case .body(var part): self.body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            let request = SlotServer.Request(
                number: self.server.requests.add(1, ordering: .relaxed).oldValue,
                numberOnConnection: self.served,
                method: head.method.rawValue,
                path: head.uri,
                body: self.body
            )
            self.served += 1
            self.act(self.behaviour(request), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func act(_ behaviour: SlotServer.Behaviour, _ context: ChannelHandlerContext) {
        switch behaviour {
        case .answer(let answer):
            guard let delay = answer.delay else { return self.write(answer, context) }
            context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.write(answer, context) }
        case .hang: break
        case .close: context.close(promise: nil)
        case .reset:
            let closing = NIOLoopBound(context, eventLoop: context.eventLoop)
            guard let socket = context.channel as? any SocketOptionProvider else { return }
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in closing.value.close(promise: nil) }
        case .raw(let text):
            // The first handler's context writes straight to the socket, past the HTTP encoder.
            guard let first = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self) else {
                return
            }
            first.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
        }
    }

    private func write(_ answer: SlotServer.Answer, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(answer.headers)
        headers.add(name: "content-length", value: "\(answer.body.utf8.count)")
        if answer.closes { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status), headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
        let closing = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil))).whenComplete { _ in
            if answer.closes { closing.value.close(promise: nil) }
        }
    }
}
