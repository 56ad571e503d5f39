import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("A control database that cannot be written")
struct StoreFaultTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file()
    }

    @Test("says so while another process holds the lock, and recovers by itself")
    func locked() async throws {
        let store = try SQLiteControlStore(path: self.path, options: .init(busyTimeout: .milliseconds(20)))
        let other = try self.otherProcess()
        try await other.writeWithoutTransaction { db in try db.beginTransaction(.exclusive) }
        await #expect(throws: StoreError.unavailable(Self.lockedSentence)) {
            try await store.begin(.sample(revision: 0))
        }
        await #expect(throws: StoreError.unavailable(Self.lockedSentence)) {
            _ = try await store.commit(.sample(.sample(revision: 1)))
        }
        await #expect(throws: StoreError.unavailable(Self.lockedSentence)) { _ = try await store.save(.sample()) }
        try await other.writeWithoutTransaction { db in try db.rollback() }
        #expect(try await store.commit(.sample(.sample(revision: 1))) == 1)
        #expect(try await store.save(.sample()) == 1)
    }

    @Test("can still be read while another process writes")
    func readsWhileLocked() async throws {
        let store = try SQLiteControlStore(path: self.path, options: .init(busyTimeout: .milliseconds(20)))
        _ = try await store.commit(.sample(.sample(revision: 1)))
        let other = try self.otherProcess()
        try await other.writeWithoutTransaction { db in try db.beginTransaction(.immediate) }
        #expect(try await store.records().count == 1)
        #expect(try await store.auditCount() == 1)
        try await other.writeWithoutTransaction { db in try db.rollback() }
    }

    @Test("refuses to open while another process holds it whole")
    func lockedAtOpen() async throws {
        try SQLiteControlStore(path: self.path).close()
        let other = try DatabaseQueue(path: self.path)
        try await other.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try db.execute(sql: "PRAGMA user_version = 0")
        }
        #expect(Self.openError(self.path, .milliseconds(20))?.description.contains(Self.lockedSentence) == true)
    }

    @Test("says when the disk is full, keeps what was acknowledged, and can be read")
    func full() async throws {
        let store = try SQLiteControlStore(path: self.path, options: .init(pageLimit: 16))
        var acknowledged: Int64 = 0
        let failure = await #expect(throws: StoreError.self) {
            for revision: Int64 in 1...10_000 {
                var change = ControlChange.sample(.sample(revision: revision))
                change.entry.detail = String(repeating: "x", count: 2000)
                _ = try await store.commit(change)
                acknowledged = revision
            }
        }
        #expect(failure == .unavailable("the disk that holds control.db is full; free some space and try again"))
        #expect(acknowledged > 0)
        #expect(try await store.records().first?.revision == acknowledged)
        #expect(try await store.auditCount() == acknowledged)
        try store.close()

        let roomier = try SQLiteControlStore(path: self.path)
        #expect(try await roomier.commit(.sample(.sample(revision: acknowledged + 1))) == acknowledged + 1)
    }

    @Test("keeps the verdicts it acknowledged before the disk was full, and none in part")
    func fullOfVerdicts() async throws {
        let store = try SQLiteControlStore(path: self.path, options: .init(pageLimit: 40))
        var acknowledged: Int64 = 0
        let failure = await #expect(throws: StoreError.self) {
            for number: Int64 in 1...10_000 {
                let id = try await store.save(.sample(.reject, body: 3000))
                #expect(id == number)
                acknowledged = id
            }
        }
        #expect(failure == .unavailable("the disk that holds control.db is full; free some space and try again"))
        #expect(acknowledged > 0)
        #expect(try await store.verdicts(model: nil, limit: 1000).map(\.id) == (1...acknowledged).reversed())
        #expect(try await store.rejection(model: "digits", candidate: "cc", policy: "pp")?.id == acknowledged)
        try store.close()

        let roomier = try SQLiteControlStore(path: self.path)
        #expect(try await roomier.save(.sample()) == acknowledged + 1)
    }

    @Test("does not acknowledge what goes to a file that was moved away")
    func moved() async throws {
        let store = try SQLiteControlStore(path: self.path)
        try FileManager.default.moveItem(atPath: self.path, toPath: self.path + ".away")
        let sentence = "control.db was moved or deleted while in use; put it back or restart teal"
        await #expect(throws: StoreError.unavailable(sentence)) {
            _ = try await store.commit(.sample(.sample(revision: 1)))
        }
        await #expect(throws: StoreError.unavailable(sentence)) { _ = try await store.save(.sample()) }
        try FileManager.default.moveItem(atPath: self.path + ".away", toPath: self.path)
        #expect(try await store.commit(.sample(.sample(revision: 1))) == 1)
    }

    @Test("throws after it was closed")
    func closed() async throws {
        let store = try SQLiteControlStore(path: self.path)
        try store.close()
        await #expect(throws: StoreError.self) { _ = try await store.records() }
    }

    @Test("is refused at the start when it is read-only")
    func readOnly() throws {
        try SQLiteControlStore(path: self.path).close()
        chmod(self.path, 0o444)
        chmod(self.folder.path, 0o555)
        defer { chmod(self.folder.path, 0o755) }
        let error = try asNobody { Self.openError(self.path) }
        #expect(error?.kind == .unavailable)
        let text = try #require(error?.description)
        #expect(text.contains("control.db") && !text.contains(self.folder.path))
    }

    /// A second connection; the file's locks work between connections as they do between processes.
    private func otherProcess() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: self.path, configuration: configuration)
    }

    @Test(
        "each of SQLite's failures becomes a sentence an operator can act on",
        arguments: [
            (ResultCode.SQLITE_BUSY, "is locked by another process"), (.SQLITE_FULL, "is full"),
            (.SQLITE_READONLY, "is read-only"), (.SQLITE_READONLY_DBMOVED, "is read-only"),
            (.SQLITE_IOERR_FSYNC, "reports an error"), (.SQLITE_CANTOPEN, "cannot be opened"),
            (.SQLITE_CORRUPT, "is damaged"), (.SQLITE_NOTADB, "is damaged"), (.SQLITE_TOOBIG, "cannot be used"),
        ]
    )
    func sentences(_ code: ResultCode, _ words: String) {
        guard case .unavailable(let sentence) = StoreError(DatabaseError(resultCode: code), file: "control.db") else {
            Issue.record("not an unavailable store")
            return
        }
        #expect(sentence.contains("control.db") && sentence.contains(words))
    }

    static let lockedSentence = "control.db is locked by another process; end that process or try again"

    static func openError(_ path: String, _ busyTimeout: Duration = .seconds(5)) -> StoreOpenError? {
        do throws(StoreOpenError) {
            let store = try SQLiteControlStore(path: path, options: .init(busyTimeout: busyTimeout))
            try? store.close()
            return nil
        } catch {
            return error
        }
    }
}

/// Runs `body` on this thread without root's right to write everything. The C library's function changes one thread
/// only, and opening the store stays on its caller's thread.
private func asNobody<Value>(_ body: () throws -> Value) throws -> Value {
    guard geteuid() == 0 else { return try body() }
    typealias SetIdentity = @convention(c) (UInt32) -> CInt
    let symbol = try #require(dlsym(nil, "setfsuid"))
    let setIdentity = unsafeBitCast(symbol, to: SetIdentity.self)
    _ = setIdentity(65534)
    defer { _ = setIdentity(0) }
    return try body()
}
