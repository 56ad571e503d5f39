import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("A word index that is not what was written")
struct SearchDamageTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("words.db")
    }

    private func fill() async throws -> String {
        var random = SeededRandom(seed: 12)
        let index = try SQLiteWordIndex(path: self.path)
        for start in stride(from: Int64(0), to: 300, by: 100) {
            let entries = (start..<(start + 100)).map { id in
                WordEntry(id: id, field: .live, text: "all w\(random.next() % 50) v\(random.next() % 500)")
            }
            try await index.add(entries, model: "m")
        }
        #expect(try await index.removePairs(of: "m", before: 20))
        defer { withExtendedLifetime(index) {} }
        await index.close()
        return index.mark
    }

    private var content: Data {
        get throws { try Data(contentsOf: URL(fileURLWithPath: self.path)) }
    }

    private func write(_ data: Data) throws {
        for ending in ["", "-wal", "-shm", ".is-damaged"] { unlink(self.path + ending) }
        try data.write(to: URL(fileURLWithPath: self.path))
    }

    /// Uses everything once: whatever that says, it returns.
    private func use(_ index: SQLiteWordIndex) async {
        for query in ["all", "w1", "\"all w2\"", "v"] {
            _ = try? await index.search(query, model: "m", fields: [.live, .request], limit: 1_000)
        }
        try? await index.add(
            [.init(id: 7, field: .live, text: "new"), .init(id: 900, field: .live, text: "n")],
            model: "m"
        )
        _ = try? await index.models()
        _ = try? await index.removePairs(of: "m", before: 30)
        try? await index.compact()
        await index.close()
    }

    @Test func `a flipped bit at any of 100 places, and pages of noise, end nothing and never stop a start`()
        async throws
    {
        _ = try await self.fill()
        let sound = try self.content
        var random = SeededRandom(seed: 13)
        var anew = 0
        for round in 0..<130 {
            var damaged = sound
            if round < 100 {
                damaged[Int.random(in: damaged.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            } else {
                let start = Int.random(in: 0..<(sound.count - 2_048), using: &random)
                for offset in start..<(start + 2_048) { damaged[offset] = UInt8.random(in: 0...255, using: &random) }
            }
            try self.write(damaged)
            let (index, problem) = try SQLiteWordIndex.openBeginningAnew(path: self.path)
            if problem != nil { anew += 1 }
            await self.use(index)
            let (again, _) = try SQLiteWordIndex.openBeginningAnew(path: self.path)
            try await again.add([.init(id: 1_000, field: .live, text: "afterwards")], model: "other")
            #expect(try await again.search("afterwards", model: "other", fields: [.live], limit: 1).count == 1)
            await again.close()
        }
        #expect(anew > 10)
    }

    @Test func `a damaged index is deleted and begun anew, with another mark and a sentence`() async throws {
        let mark = try await self.fill()
        var damaged = try self.content
        for offset in 4_096..<damaged.count { damaged[offset] = 0xA5 }
        try self.write(damaged)
        #expect(throws: StoreOpenError.self) { _ = try SQLiteWordIndex(path: self.path) }
        let (index, problem) = try SQLiteWordIndex.openBeginningAnew(path: self.path)
        #expect(problem == "words.db was damaged; it was deleted, and a new one was begun")
        #expect(index.mark != mark)
        #expect(try await index.search("all", model: "m", fields: [.live], limit: 9).isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: self.folder.path).allSatisfy {
                $0.hasPrefix("words.db")
            }
        )
        await index.close()
    }

    @Test func `damage that is met in use is told, and the next start begins anew`() async throws {
        _ = try await self.fill()
        let index = try SQLiteWordIndex(path: self.path)
        let handle = try #require(FileHandle(forUpdatingAtPath: self.path))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 4_096)
        try handle.write(contentsOf: Data(repeating: 0xFF, count: Int(size) - 4_096))
        try handle.close()
        await #expect(throws: StoreError.unavailable("words.db is damaged; restart teal to begin a new one")) {
            _ = try await index.search("all", model: "m", fields: [.live], limit: 9)
        }
        await index.close()
        let (fresh, problem) = try SQLiteWordIndex.openBeginningAnew(path: self.path)
        #expect(problem != nil)
        await fresh.close()
        #expect(try SQLiteWordIndex.openBeginningAnew(path: self.path).problem == nil)
    }

    @Test func `an index of another version is begun anew`() async throws {
        let mark = try await self.fill()
        let other = try DatabaseQueue(path: self.path)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA user_version = 99") }
        try other.close()
        let (index, problem) = try SQLiteWordIndex.openBeginningAnew(path: self.path)
        #expect(
            problem == "words.db was written by another version of Teal; it was deleted, and a new one was begun"
        )
        #expect(index.mark != mark)
        await index.close()
    }

    @Test func `a database of another program is set aside, not deleted`() async throws {
        let other = try DatabaseQueue(path: self.path)
        try await other.write { db in try db.execute(sql: "CREATE TABLE t (x)") }
        try other.close()
        let before = try self.content
        let (index, problem) = try SQLiteWordIndex.openBeginningAnew(path: self.path)
        #expect(problem?.contains("it was set aside as words.db.damaged-") == true)
        let names = try FileManager.default.contentsOfDirectory(atPath: self.folder.path)
        let aside = try #require(names.first { $0.hasPrefix("words.db.damaged-") })
        #expect(try Data(contentsOf: URL(fileURLWithPath: self.folder.file(aside))) == before)
        await index.close()
        #expect(!SQLiteWordIndex.delete(path: self.folder.file(aside)))
        #expect(try Data(contentsOf: URL(fileURLWithPath: self.folder.file(aside))) == before)
    }

    @Test func `what is no database any more is deleted with its log, in which words can be read`() async throws {
        for size in [14, 5_000] {
            try self.write(Data(repeating: 7, count: size))
            try Data("words of kept texts".utf8).write(to: URL(fileURLWithPath: self.path + "-wal"))
            let (index, problem) = try SQLiteWordIndex.openBeginningAnew(path: self.path)
            #expect(problem == "words.db was damaged; it was deleted, and a new one was begun")
            await index.close()
            let names = try FileManager.default.contentsOfDirectory(atPath: self.folder.path)
            #expect(!names.contains { $0.contains("damaged") })
            for name in names {
                let data = try Data(contentsOf: URL(fileURLWithPath: self.folder.file(name)))
                #expect(data.range(of: Data("words of kept".utf8)) == nil)
            }
        }
    }

    @Test func `a word index that was killed before its log was written back is known for one and deleted`()
        async throws
    {
        let index = try SQLiteWordIndex(path: self.path)
        try await index.add([.init(id: 1, field: .live, text: "words of kept texts")], model: "m")
        // As a process that is killed leaves them.
        let copy = self.folder.file("copy.db")
        for ending in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: self.path + ending, toPath: copy + ending)
        }
        await index.close()
        #expect(SQLiteWordIndex.delete(path: copy))
        #expect(!FileManager.default.fileExists(atPath: copy) && !FileManager.default.fileExists(atPath: copy + "-wal"))
    }

    @Test func `a word index is deleted with all that belongs to it, also when it is damaged from its first page`()
        async throws
    {
        for isDamaged in [false, true] {
            _ = try await self.fill()
            if isDamaged { try self.write(Data(repeating: 7, count: 200)) }
            try Data().write(to: URL(fileURLWithPath: self.path + "-wal"))
            #expect(SQLiteWordIndex.delete(path: self.path))
            #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.path).isEmpty)
        }
    }

    @Test func `a file that cannot be used at all is refused in one sentence`() throws {
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        let error = #expect(throws: StoreOpenError.self) {
            _ = try SQLiteWordIndex.openBeginningAnew(path: self.path)
        }
        #expect(error?.kind == .unavailable && error?.description.contains(self.folder.path) == false)
    }

    @Test func `after closing every call throws`() async throws {
        let index = try SQLiteWordIndex(path: self.path)
        await index.close()
        await #expect(throws: StoreError.self) { try await index.removePairs(of: "m", before: 1) }
        await #expect(throws: StoreError.self) {
            try await index.add([.init(id: 1, field: .live, text: "a")], model: "m")
        }
        await #expect(throws: StoreError.self) {
            _ = try await index.search("a", model: "m", fields: [.live], limit: 1)
        }
    }

    @Test func `a file that was moved away is noticed before anything is written`() async throws {
        let index = try SQLiteWordIndex(path: self.path)
        try FileManager.default.moveItem(atPath: self.path, toPath: self.folder.file("moved"))
        await #expect(throws: StoreError.self) { try await index.removePairs(of: "m", before: 1) }
        await index.close()
    }
}
