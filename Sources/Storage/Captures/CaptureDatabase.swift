import Foundation
import GRDB
import ServingCore

/// The connections to `captures.db`: one that writes and checkpoints, and a pool that only reads. SQLite before 3.51.3
/// can lose a checkpoint when two connections reset the log; readers never commit, and are closed before the writer, so
/// none of them ever checkpoints.
final class CaptureDatabase: Sendable {
    let file: DatabaseFile
    private let writer: DatabaseQueue
    private let readers: DatabasePool

    /// Blocks. Creates the file and missing folders.
    init(path: String, busyTimeout: Duration, pageLimit: Int?) throws(StoreOpenError) {
        var file = try DatabaseFile(creatingIfMissing: path)
        guard !file.isMarkedDamaged else { throw CaptureSchema.damaged(file.name) }
        do {
            self.writer = try DatabaseQueue(
                path: path,
                configuration: Self.configuration(busyTimeout) { db in
                    if let pageLimit { try db.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
                }
            )
            try CaptureSchema.prepare(self.writer, name: file.name)
            var reading = Self.configuration(.seconds(1))
            reading.readonly = true
            reading.maximumReaderCount = 3
            self.readers = try DatabasePool(path: path, configuration: reading)
        } catch let error as StoreOpenError {
            throw error
        } catch {
            let failure = StoreOpenError(error, file: file.name)
            throw failure.kind == .damaged ? CaptureSchema.damaged(file.name) : failure
        }
        try file.remember()
        self.file = file
    }

    private static func configuration(
        _ busyTimeout: Duration,
        _ prepare: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) -> Configuration {
        var configuration = Configuration()
        configuration.label = "teal.captures.db"
        let (seconds, attoseconds) = busyTimeout.components
        configuration.busyMode = .timeout(Double(seconds) + Double(attoseconds) / 1e18)
        // GRDB ends the process over a transaction that could not be rolled back; `write` tries again instead.
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

    /// Runs `body` on this thread, outside a transaction.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        guard self.file.isInPlace else {
            throw StoreError.unavailable(
                "\(self.file.name) was moved or deleted while in use; put it back or restart teal"
            )
        }
        return try self.writer.writeWithoutTransaction { db in
            if db.isInsideTransaction { try db.rollback() }
            return try body(db)
        }
    }

    /// Runs `body` in a read transaction on one of the readers' threads, whatever becomes of the caller's task.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            self.readers.asyncRead { access in
                do {
                    continuation.resume(returning: .success(try body(try access.get())))
                } catch {
                    let failure = CaptureFailure(error, file: self.file.name)
                    if failure.isDamage { self.file.markDamaged() }
                    continuation.resume(returning: .failure(.unavailable(failure.sentence)))
                }
            }
        }
        return try result.get()
    }

    /// Bytes of the file and its log.
    var size: Int64 { self.file.size(of: "") + self.file.size(of: "-wal") }

    /// Waits for running reads, writes the log back into the file and closes it.
    func close() {
        try? self.readers.close()
        try? self.writer.close()
    }
}
