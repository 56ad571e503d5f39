import GRDB
package import ServingCore

/// The control plane's memory in one SQLite file: WAL, `synchronous=FULL`, mode 0600. A method that returns has been
/// through `fdatasync`. Two commits, the price of a promotion, take well under a millisecond on a local disk.
///
/// One connection does all reads, writes and checkpoints, in the order of the calls, on a thread of its own: SQLite
/// before 3.51.3 can lose a checkpoint when two connections reset the log, and the control plane needs no second one.
package final class SQLiteControlStore: ControlStore {
    package struct Options: Sendable {
        /// How long a call waits for another process that holds the file's lock.
        package var busyTimeout: Duration
        /// The file may grow to this many pages of 4 KiB; nil leaves it to the disk.
        package var pageLimit: Int?

        package init(busyTimeout: Duration = .seconds(5), pageLimit: Int? = nil) {
            self.busyTimeout = busyTimeout
            self.pageLimit = pageLimit
        }
    }

    let file: DatabaseFile
    let queue: DatabaseQueue

    /// Opens `path`, creating it and missing folders, checks it and brings its schema up to date. Blocks; call it at
    /// start. Refuses a file that is damaged, read-only, locked, not Teal's, or written by a newer Teal.
    package init(path: String, options: Options = Options()) throws(StoreOpenError) {
        var file = try DatabaseFile(creatingIfMissing: path)
        do {
            let pageLimit = options.pageLimit
            let configuration = Configuration.teal(file.name, busyTimeout: options.busyTimeout) { db in
                if let pageLimit { try db.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try ControlSchema.prepare(queue, name: file.name)
            self.queue = queue
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(error, file: file.name)
        }
        try file.remember()
        self.file = file
    }

    /// Writes the log back into the file and closes it. Later calls throw `.unavailable`.
    package func close() throws(StoreError) {
        do {
            try self.queue.close()
        } catch {
            throw StoreError(error, file: self.file.name)
        }
    }

    /// Runs `body` on the connection's own thread. Deliberately deaf to task cancellation: a client that hangs up must
    /// not undo a promotion half-way.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            self.queue.asyncWriteWithoutTransaction { db in
                do throws(StoreError) {
                    continuation.resume(returning: .success(try self.attempt(body, db)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    private func attempt<Value>(
        _ body: (Database) throws -> Value,
        _ db: Database
    ) throws(StoreError) -> Value {
        guard self.file.isInPlace else {
            throw .unavailable("\(self.file.name) was moved or deleted while in use; put it back or restart teal")
        }
        do {
            if db.isInsideTransaction { try db.rollback() }
            return try body(db)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(error, file: self.file.name)
        }
    }
}
