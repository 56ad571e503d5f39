import Gateway
import HTTP1
import HTTPOracle
import Logging
import NIOCore
import NIOPosix
import Routing
import ServingCore
import Slots
import Telemetry
import Testing

/// A gateway on a port of loopback with one event loop, for what needs real sockets or worker threads.
struct LiveGateway: Sendable {
    let server: GatewayServer
    let publisher: RoutingPublisher
    let ledger: LeaseLedger

    /// Runs `body` with model `m` live in blue, then shuts down and checks the laws.
    static func with(
        _ model: LoadedModel,
        limits: HTTPLimits = HTTPLimits(),
        repositoryControl: Bool = false,
        control: any ModelControl = NoControl(),
        _ body: (LiveGateway) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let publisher = try await RoutingPublisher(group: group)
        let options = GatewayOptions(
            limits: limits,
            version: "1",
            repositoryControl: repositoryControl,
            control: control
        )
        let server = try await GatewayServer.start(
            host: "127.0.0.1",
            port: 0,
            group: group,
            publisher: publisher,
            options: options,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let gateway = LiveGateway(server: server, publisher: publisher, ledger: LeaseLedger())
        try await gateway.publish([.blue: model], generation: 1)
        try await body(gateway)
        await server.shutDown(limit: .seconds(10), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let metrics = try await publisher.snapshot()
        #expect(metrics.accepted == metrics.answered + metrics.aborted + metrics.shed)
        #expect(metrics.connectionsOpened == metrics.connectionsClosed)
        #expect(metrics.inFlight.values.allSatisfy { $0 == 0 })
        try await group.shutdownGracefully()
    }

    func publish(
        _ models: [Slot: LoadedModel],
        live: Slot = .blue,
        generation: UInt64,
        split: SplitPlan? = nil
    ) async throws {
        let leases = Dictionary(
            uniqueKeysWithValues: models.map { slot, model in
                (slot, self.ledger.open(slot, generation: generation, model: model))
            }
        )
        let entry = RoutingPlan.Entry(live: live, leases: leases, allowsSlotHeader: true, split: split)
        try await self.publisher.publish(RoutingPlan(generation: generation, isReady: true, models: ["m": entry]))
    }

    func drained(before generation: UInt64) async {
        await withCheckedContinuation { continuation in
            self.ledger.whenDrained("m", slot: nil, before: generation) { continuation.resume() }
        }
    }

    /// Waits until what the loop counts is as `condition` wants; the loop is asked again and again, not the clock.
    func metrics(when condition: (MetricsSnapshot) -> Bool) async throws -> MetricsSnapshot {
        while true {
            let metrics = try await self.publisher.snapshot()
            if condition(metrics) { return metrics }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    func connect() async throws -> LiveConnection { try await LiveConnection(port: self.server.port) }
}

/// A client's raw connection.
final class LiveConnection {
    private let channel: any Channel
    private let chunks: AsyncStream<ByteBuffer>
    private var text = ""

    init(port: Int) async throws {
        let (stream, feed) = AsyncStream.makeStream(of: ByteBuffer.self)
        self.channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ChunkFeed(feed))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.chunks = stream
    }

    func send(_ text: String) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Reads until there are `count` responses, or the server has closed; returns what there is and forgets it.
    func receive(_ count: Int) async throws -> [Response] {
        while true {
            let (responses, rest) = try Response.read(self.text)
            // A body that is still on its way looks like an answer to HEAD.
            if responses.count > count || (responses.count == count && rest.isEmpty && self.text.hasSuffix("}")) {
                self.text = rest
                return responses
            }
            var chunks = self.chunks.makeAsyncIterator()
            guard let chunk = await chunks.next() else { return responses }
            self.text += String(buffer: chunk)
        }
    }

    func closeSending() async throws { try await self.channel.close(mode: .output).get() }

    func close() async throws { try await self.channel.close().get() }
}

private final class ChunkFeed: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let feed: AsyncStream<ByteBuffer>.Continuation

    init(_ feed: AsyncStream<ByteBuffer>.Continuation) { self.feed = feed }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { self.feed.yield(Self.unwrapInboundIn(data)) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { self.feed.finish() }
    }

    func channelInactive(context: ChannelHandlerContext) { self.feed.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
