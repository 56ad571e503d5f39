import Dispatch
import GRDB
import ServingCore

/// The connections to `words.db`: one that writes and checkpoints, and a pool that only reads, both on a thread of its own
/// that gives way to all others.
final class WordDatabase: Sendable {
    let file: DatabaseFile
    /// Of the content, until it is begun anew.
    let mark: String
    private let writer: DatabaseQueue
    private let readers: DatabasePool
    private let worker: IdleWorker

    /// Blocks. Creates the file and missing folders.
    init(path: String, busyTimeout: Duration) throws(StoreOpenError) {
        var file = try DatabaseFile(creatingIfMissing: path)
        guard !file.isMarkedDamaged else { throw StoreOpenError.damaged(file.name) }
        guard let worker = IdleWorker() else {
            throw StoreOpenError(.unavailable, "cannot open \(file.name): the system gives no more threads")
        }
        self.worker = worker
        do {
            self.writer = try DatabaseQueue(path: path, configuration: .teal(file.name, busyTimeout: busyTimeout))
            self.mark = try WordSchema.prepare(self.writer, name: file.name)
            self.readers = try DatabasePool(path: path, configuration: .tealReaders(file.name, count: 2))
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(error, file: file.name)
        }
        try file.remember()
        self.file = file
    }

    /// Runs `body` outside a transaction on the thread that writes.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError>? = await self.worker.run {
            guard self.file.isInPlace else {
                return .failure(
                    .unavailable("\(self.file.name) was moved or deleted while in use; restart teal to begin a new one")
                )
            }
            do {
                return try self.writer.writeWithoutTransaction { db in
                    if db.isInsideTransaction { try db.rollback() }
                    return .success(try body(db))
                }
            } catch {
                return .failure(self.failure(error))
            }
        }
        guard let result else { throw .unavailable("\(self.file.name) is closed") }
        return try result.get()
    }

    /// Runs `body` in a read transaction.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError>? = await self.worker.run {
            do {
                return .success(try self.readers.read(body))
            } catch {
                return .failure(self.failure(error))
            }
        }
        guard let result else { throw .unavailable("\(self.file.name) is closed") }
        return try result.get()
    }

    private func failure(_ error: any Error) -> StoreError {
        if let error = error as? StoreError { return error }
        let failure = SQLiteFailure(error)
        guard failure == .damaged else { return .unavailable(failure.sentence(self.file.name)) }
        self.file.markDamaged()
        return .unavailable("\(self.file.name) is damaged; restart teal to begin a new one")
    }

    /// Waits for what is running, writes the log back into the file and closes it: not on the thread that gives way, which
    /// on a busy machine gets a few milliseconds of each second.
    func close() async {
        _ = await self.worker.run {}
        self.worker.close()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                try? self.readers.close()
                try? self.writer.close()
                continuation.resume()
            }
        }
    }
}
