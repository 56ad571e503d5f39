package import NIOCore

/// The handlers of one connection, from the socket inwards.
package enum GatewayPipeline {
    /// Adds them to `channel`; call it on the event loop that `workspace` belongs to.
    package static func configure(
        _ channel: any Channel,
        _ workspace: LoopWorkspace,
        _ options: GatewayOptions
    ) throws {
        let connection = HTTPConnectionHandler(workspace: workspace, options: options, now: channel.eventLoop.now)
        try channel.pipeline.syncOperations.addHandler(connection)
    }
}
