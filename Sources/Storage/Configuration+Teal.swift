import GRDB
import ServingCore

extension Configuration {
    /// What all connections of Teal have in common.
    ///
    /// - Parameters:
    ///   - name: of the file, for the names of queues.
    ///   - busyTimeout: how long a call waits for another process that holds the file's lock.
    ///   - prepare: done on each new connection.
    static func teal(
        _ name: String,
        busyTimeout: Duration,
        prepare: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) -> Configuration {
        var configuration = Configuration()
        configuration.label = "teal.\(name)"
        let (seconds, attoseconds) = busyTimeout.components
        configuration.busyMode = .timeout(Double(seconds) + Double(attoseconds) / 1e18)
        // GRDB ends the process over a transaction that could not be rolled back; whoever writes next tries again instead.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            // A mapped file turns a disk error into a signal that ends the process.
            try db.execute(sql: "PRAGMA mmap_size = 0")
            // Nothing of a pair goes to a temporary file.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try prepare(db)
        }
        return configuration
    }

    /// The same for a pool that only reads.
    static func tealReaders(_ name: String, count: Int) -> Configuration {
        var configuration = Self.teal(name, busyTimeout: .seconds(1))
        configuration.readonly = true
        configuration.maximumReaderCount = count
        return configuration
    }
}

extension Database {
    /// Outside a transaction.
    func useLog(name: String) throws {
        guard try String.fetchOne(self, sql: "PRAGMA journal_mode = WAL") == "wal" else {
            throw StoreOpenError(.unavailable, "\(name) is on a file system without shared memory files")
        }
    }

    /// As `useLog`, for what a power cut may take the newest of: it never damages the file, and commits cost no fsync.
    /// What is deleted is overwritten.
    func useCheapLog(name: String) throws {
        try self.useLog(name: name)
        try self.execute(sql: "PRAGMA synchronous = NORMAL")
        try self.execute(sql: "PRAGMA secure_delete = ON")
        try self.execute(sql: "PRAGMA wal_autocheckpoint = 2000")
        try self.execute(sql: "PRAGMA journal_size_limit = 16777216")
    }
}
