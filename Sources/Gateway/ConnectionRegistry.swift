package import NIOCore

/// The open connections of one event loop, swept for deadlines that have passed. One timer per loop instead of one per
/// connection or request: setting a deadline costs a store.
package final class ConnectionRegistry {
    private var connections: [ObjectIdentifier: HTTPConnectionHandler] = [:]

    package var count: Int { self.connections.count }

    func add(_ connection: HTTPConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: HTTPConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = nil
    }

    /// Ends the connections whose deadline has passed.
    package func sweep(now: NIODeadline) {
        // A handler may remove itself while it is told.
        for connection in Array(self.connections.values) { connection.checkDeadline(now: now) }
    }

    /// Tells every connection to end with its next answer, also one that has no request yet: a client that sends one just
    /// now is answered, and told to come again on another connection.
    package func closeAfterNextAnswers() {
        for connection in self.connections.values { connection.closeAfterNextAnswer() }
    }

    /// Tells every connection to end as soon as what it is answering is answered.
    package func closeGracefully() {
        for connection in Array(self.connections.values) { connection.closeWhenIdle() }
    }
}
