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
                configuration: .teal(file.name, busyTimeout: busyTimeout) { db in
                    if let pageLimit { try db.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
                }
            )
            try CaptureSchema.prepare(self.writer, name: file.name)
            self.readers = try DatabasePool(path: path, configuration: .tealReaders(file.name, count: 3))
        } catch let error as StoreOpenError {
            throw error
        } catch {
            let failure = StoreOpenError(error, file: file.name)
            throw failure.kind == .damaged ? CaptureSchema.damaged(file.name) : failure
        }
        try file.remember()
        self.file = file
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

    /// Runs `body` in a read transaction on this thread, so with its priority: what search reads in the background must
    /// not take a core from an answer.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try self.readHere(body)
    }

    private func readHere<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try self.readers.read(body)
        } catch {
            let failure = CaptureFailure(error, file: self.file.name)
            if failure.isDamage { self.file.markDamaged() }
            throw .unavailable(failure.sentence)
        }
    }

    /// Bytes of the file and its log.
    var size: Int64 { self.file.size(of: "") + self.file.size(of: "-wal") }

    /// Waits for running reads, writes the log back into the file and closes it.
    func close() {
        try? self.readers.close()
        try? self.writer.close()
    }
}
