package import NIOCore

/// The connections to one endpoint that one loop keeps. Pure bookkeeping: the last used is taken first, so that those
/// not needed grow old; bounded, with those that are being opened or used counted.
package struct ConnectionPool<Connection: AnyObject> {
    private var idle: [(connection: Connection, since: NIODeadline)] = []
    /// Being opened, in use, or idle.
    package private(set) var open = 0
    private let limit: Int

    package init(limit: Int) {
        self.limit = limit
    }

    package var idleCount: Int { self.idle.count }
    package var inUse: Int { self.open - self.idle.count }

    /// A connection could be had at once or opened.
    package var hasRoom: Bool { !self.idle.isEmpty || self.open < self.limit }

    /// The connection that was used last; it counts as open until `remove`.
    package mutating func take() -> Connection? { self.idle.popLast()?.connection }

    /// Counts a connection that will be opened; false when there are as many as there may be.
    package mutating func reserve() -> Bool {
        guard self.open < self.limit else { return false }
        self.open += 1
        return true
    }

    /// Gives back a connection that may be used again.
    package mutating func put(_ connection: Connection, now: NIODeadline) {
        self.idle.append((connection, now))
    }

    /// A connection has gone, idle or not, or could not be opened.
    package mutating func remove(_ connection: Connection) {
        self.open -= 1
        if let index = self.idle.lastIndex(where: { $0.connection === connection }) { self.idle.remove(at: index) }
    }

    /// The oldest connection, if it has been idle since before `moment`; it stays until it is removed.
    package func oldest(before moment: NIODeadline) -> Connection? {
        guard let oldest = self.idle.first, oldest.since <= moment else { return nil }
        return oldest.connection
    }

    /// All idle connections, for closing them.
    package var all: [Connection] { self.idle.map(\.connection) }
}
