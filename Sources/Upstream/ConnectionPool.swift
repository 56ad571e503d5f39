package import NIOCore

/// The connections to one endpoint that one loop keeps. Pure bookkeeping: the last used is taken first, so that those
/// not needed grow old; bounded, with those that are being opened or used counted.
package struct ConnectionPool<Connection: AnyObject> {
    private var idle: [(connection: Connection, until: NIODeadline)] = []
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

    /// The connection that was used last, of those that may still be used; it counts as open until `remove`.
    package mutating func take(now: NIODeadline) -> Connection? {
        guard let index = self.idle.lastIndex(where: { now < $0.until }) else { return nil }
        return self.idle.remove(at: index).connection
    }

    /// The connection that is idle for the longest, however long that is, to make room for a new one.
    package mutating func takeOldest() -> Connection? {
        self.idle.isEmpty ? nil : self.idle.removeFirst().connection
    }

    /// Counts a connection that will be opened; false when there are as many as there may be.
    package mutating func reserve() -> Bool {
        guard self.open < self.limit else { return false }
        self.open += 1
        return true
    }

    /// Gives back a connection that may be used again before `until`.
    package mutating func put(_ connection: Connection, until: NIODeadline) {
        self.idle.append((connection, until))
    }

    /// A connection has gone, idle or not, or could not be opened.
    package mutating func remove(_ connection: Connection) {
        self.open -= 1
        if let index = self.idle.lastIndex(where: { $0.connection === connection }) { self.idle.remove(at: index) }
    }

    /// A connection that may not be used any more; it stays until it is removed.
    package func expired(now: NIODeadline) -> Connection? {
        self.idle.first { $0.until <= now }?.connection
    }

    /// All idle connections, for closing them.
    package var all: [Connection] { self.idle.map(\.connection) }
}
