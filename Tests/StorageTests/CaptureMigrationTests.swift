import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("Captures of an earlier Teal")
struct CaptureMigrationTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("captures.db")
    }

    @Test("version 1: everything is kept and takes feedback; what comes now is found by its request")
    func first() async throws {
        try await self.write(pairs: 300)
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        #expect(try await store.pairs(PairQuery(model: "digits", limit: 1000)).map(\.id) == (1...300).reversed())
        let old = try #require(try await store.pair(7))
        #expect(old == Self.pair(7))
        #expect(try await store.evidence(of: 1) == [9])
        #expect(try await store.append(feedback: [.about(7)]) == [.accepted(1)])

        var new = CapturedPair.sample(301)
        new.requestHash = 5
        store.append(new)
        await store.flush()
        #expect(try await store.pair(requestHash: 5, model: "digits") == new)
        #expect(try await store.pair(requestHash: 7, model: "digits") == nil)
        await store.close()
        let reopened = try SQLiteCaptureStore(path: self.path, options: .quick)
        #expect(try await reopened.losses(of: 1, after: 0, limit: 9).map(\.pair) == [7])
        await reopened.close()
    }

    @Test("what retention removes of the old pairs is gone from the disk")
    func retention() async throws {
        try await self.write(pairs: 300)
        var options = SQLiteCaptureStore.Options.quick
        options.maximumAge = .microseconds(1000)
        let clock = ManualClock(0)
        options.now = { clock.now }
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        for now: Int64 in stride(from: 1010, through: 1290, by: 35) {
            clock.now = now
            await store.expire()
            #expect(self.marks() == Set((now - 1000)...300))
        }
        await store.close()
    }

    @Test("a migration that finds the disk full changes nothing, and is made at a later start")
    func fullDisk() async throws {
        try await self.write(pairs: 300)
        var options = SQLiteCaptureStore.Options.quick
        // No page more than the file has.
        options.pageLimit = 1
        let error = #expect(throws: StoreOpenError.self) {
            _ = try SQLiteCaptureStore(path: self.path, options: options)
        }
        #expect(error?.kind == .unavailable)
        let version = try await DatabaseQueue(path: self.path).read { db in
            try Int.fetchOne(db, sql: "PRAGMA user_version")
        }
        #expect(version == 1)
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        #expect(try await store.pair(300) == Self.pair(300))
        await store.close()
    }

    private static func pair(_ id: Int64) -> CapturedPair {
        var pair = CapturedPair.sample(id, body: Array(Self.body(id).utf8))
        pair.summary.segments = [Segment(key: "k", value: "v")]
        return pair
    }

    private static func body(_ id: Int64) -> String {
        String(repeating: "mark \(id).", count: Int(1 + id % 90))
    }

    /// Of the pairs of which anything is in the raw files.
    private func marks() -> Set<Int64> {
        let files = ["", "-wal"].map { FileManager.default.contents(atPath: self.path + $0) ?? Data() }
        let pieces = files.flatMap { $0.split(separator: UInt8(ascii: "m")) }
        let mark = Array("ark ".utf8)
        return Set(
            pieces.filter { $0.starts(with: mark) }.compactMap { piece in
                Int64(String(decoding: piece.dropFirst(mark.count).prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self))
            }
        )
    }

    /// As version 1 of the schema wrote it.
    private func write(pairs: Int64) async throws {
        let old = try DatabaseQueue(path: self.path)
        try await old.writeWithoutTransaction { db in
            try db.execute(sql: Self.version1)
            for id in 1...pairs {
                try db.execute(
                    sql: """
                        INSERT INTO pairs (id, grp, divergence, live_nanoseconds, candidate_nanoseconds, segments, body)
                        VALUES (?, 1, 0, 1000, 2000, x'010000006B0100000076', ?)
                        """,
                    arguments: [id, Data(Self.body(id).utf8)]
                )
                try db.execute(sql: "INSERT INTO positions VALUES (0, 1, ?, 0)", arguments: [id])
            }
        }
        try old.close()
    }

    private static let version1 = """
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA secure_delete = ON;
        PRAGMA application_id = 1413825360;
        PRAGMA user_version = 1;
        CREATE TABLE releases (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX releases_by_model ON releases (model, id);
        CREATE TABLE evidence (
            release INTEGER PRIMARY KEY,
            document BLOB
        ) STRICT;
        INSERT INTO evidence VALUES (1, x'09');
        CREATE TABLE groups (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            release INTEGER NOT NULL,
            live TEXT NOT NULL,
            candidate TEXT NOT NULL,
            diverged INTEGER NOT NULL,
            UNIQUE (model, release, live, candidate, diverged)
        ) STRICT;
        INSERT INTO groups VALUES (1, 'digits', 1, 'answered', 'answered', 0);
        CREATE INDEX groups_by_release ON groups (release);
        CREATE TABLE pairs (
            number INTEGER PRIMARY KEY,
            id INTEGER NOT NULL UNIQUE,
            wiped INTEGER NOT NULL DEFAULT 0,
            grp INTEGER NOT NULL,
            divergence REAL NOT NULL,
            noise_divergence REAL,
            live_nanoseconds INTEGER NOT NULL,
            candidate_nanoseconds INTEGER NOT NULL,
            noise_nanoseconds INTEGER,
            noise TEXT,
            request BLOB,
            segments BLOB,
            reason BLOB,
            body BLOB
        ) STRICT;
        CREATE TABLE positions (
            segment INTEGER NOT NULL,
            grp INTEGER NOT NULL,
            pair INTEGER NOT NULL,
            divergence REAL NOT NULL,
            PRIMARY KEY (segment, grp, pair)
        ) STRICT, WITHOUT ROWID;
        """
}
