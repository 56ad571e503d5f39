package import Gateway
package import HTTP1
package import NIOCore
package import NIOEmbedded
package import Routing
package import ServingCore
package import Slots
package import Telemetry

/// The gateway on one embedded event loop, without sockets: the real pipeline, routing and models, and time that moves
/// only when told.
package final class EmbeddedGateway {
    package let loop = EmbeddedEventLoop()
    package let routing = LoopRouting()
    package let ledger = LeaseLedger()
    package let workspace: LoopWorkspace
    package var options: GatewayOptions
    private var generation: UInt64 = 0

    /// Nothing is routed until `publish`.
    package init(limits: HTTPLimits = HTTPLimits()) {
        // Executors compare deadlines with the machine's clock.
        self.loop.advanceTime(to: .now())
        self.workspace = LoopWorkspace(routing: self.routing)
        self.options = GatewayOptions(limits: limits, version: "1", control: NoControl())
    }

    /// Publishes the next generation and returns its number.
    @discardableResult
    package func publish(
        _ models: [Slot: LoadedModel],
        live: Slot? = .blue,
        allowsSlotHeader: Bool = false,
        split: SplitPlan? = nil
    ) -> UInt64 {
        self.generation += 1
        var entries: [String: RoutingPlan.Entry] = [:]
        if let name = models.values.first?.model.description {
            var leases: [Slot: Lease] = [:]
            for (slot, model) in models {
                leases[slot] = self.ledger.open(slot, generation: self.generation, model: model)
            }
            entries[name] = RoutingPlan.Entry(
                live: live,
                leases: leases,
                allowsSlotHeader: allowsSlotHeader,
                split: split
            )
        }
        self.routing.install(RoutingPlan(generation: self.generation, isReady: live != nil, models: entries))
        return self.generation
    }

    package func connect() throws -> EmbeddedConnection {
        let socket = SocketStand()
        let channel = EmbeddedChannel(handler: socket, loop: self.loop)
        try GatewayPipeline.configure(channel, self.workspace, self.options)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return EmbeddedConnection(channel: channel, socket: socket)
    }

    /// Moves time and looks at the deadlines then.
    package func pass(_ time: TimeAmount) {
        self.loop.advanceTime(by: time)
        self.workspace.connections.sweep(now: self.loop.now)
        self.loop.run()
    }

    package var metrics: MetricsSnapshot { self.routing.snapshot() }

    /// What must hold once every connection has ended: each accepted request has exactly one end, and nothing is held.
    package func violations() -> [String] {
        self.loop.run()
        let metrics = self.metrics
        var wrong: [String] = []
        if metrics.accepted != metrics.answered + metrics.aborted + metrics.shed {
            wrong.append(
                "accepted \(metrics.accepted) != answered \(metrics.answered) + aborted \(metrics.aborted) "
                    + "+ shed \(metrics.shed)"
            )
        }
        if metrics.inFlight.values.contains(where: { $0 != 0 }) { wrong.append("in flight: \(metrics.inFlight)") }
        if metrics.connectionsOpened != metrics.connectionsClosed { wrong.append("connections left open") }
        if self.workspace.connections.count != 0 { wrong.append("connections left in the registry") }
        if self.ledger.deadHandles(before: self.generation) != 0 { wrong.append("a dead generation is held") }
        return wrong
    }
}

/// One client's connection to an `EmbeddedGateway`.
package struct EmbeddedConnection {
    package let channel: EmbeddedChannel
    package let socket: SocketStand

    package func send(_ text: String) throws { try self.send(ByteBuffer(string: text)) }

    package func send(_ bytes: ByteBuffer) throws {
        guard self.channel.isActive else { return }
        try self.channel.writeInbound(bytes)
        self.channel.embeddedEventLoop.run()
    }

    /// All bytes written since the last call.
    package func written() throws -> String {
        var text = ByteBuffer()
        while var bytes = try self.channel.readOutbound(as: ByteBuffer.self) { text.writeBuffer(&bytes) }
        return String(buffer: text)
    }

    /// All responses since the last call; throws when one is malformed or incomplete.
    package func responses() throws -> [Response] {
        let (responses, rest) = try Response.read(try self.written())
        guard rest.isEmpty else { throw Response.Malformed(reason: "incomplete: \(rest)") }
        return responses
    }

    package func exchange(_ text: String) throws -> [Response] {
        try self.send(text)
        return try self.responses()
    }

    /// The client closes, or resets; the same to a server.
    package func hangUp() throws {
        if self.channel.isActive { self.channel.close(promise: nil) }
        self.channel.embeddedEventLoop.run()
    }

    /// True once nothing more can be answered.
    package var isEnded: Bool { !self.channel.isActive || self.socket.isOutputClosed }

    /// From now on the client reads nothing, and its window is full.
    package func stall() {
        self.socket.takesWrites = false
        self.channel.isWritable = false
        self.channel.pipeline.fireChannelWritabilityChanged()
    }

    /// The client reads again.
    package func unstall() throws {
        self.socket.release(context: try self.channel.pipeline.syncOperations.context(handler: self.socket))
        self.channel.isWritable = true
        self.channel.pipeline.fireChannelWritabilityChanged()
        self.channel.embeddedEventLoop.run()
    }
}
