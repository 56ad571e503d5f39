import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("Words that were removed")
struct SearchPrivacyTests {
    private let folder: TemporaryFolder
    private let index: SQLiteWordIndex
    private var path: String { self.folder.file("words.db") }

    init() throws {
        self.folder = try TemporaryFolder()
        self.index = try SQLiteWordIndex(path: self.folder.file("words.db"))
    }

    /// Occurrences in the bytes of all files of the folder.
    private func occurrences(of word: String) throws -> Int {
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: self.folder.path) {
            let data = try Data(contentsOf: URL(fileURLWithPath: self.folder.file(name)))
            var start = data.startIndex
            while let range = data.range(of: Data(word.utf8), in: start..<data.endIndex) {
                count += 1
                start = range.upperBound
            }
        }
        return count
    }

    private static func text(_ id: Int64, _ random: inout SeededRandom) -> String {
        let words = (0..<Int.random(in: 0...400, using: &random)).map { _ in "w\(random.next() % 5_000)" }
        return "kept\(id % 7) " + words.joined(separator: " ")
    }

    @Test func `no removed word is left in any file after compacting, whatever was done in between`() async throws {
        var random = SeededRandom(seed: 10)
        for round: Int64 in 0..<6 {
            let ids = (round * 200)..<(round * 200 + 200)
            for part in stride(from: ids.lowerBound, to: ids.upperBound, by: 40) {
                var entries: [WordEntry] = []
                for place in part..<(part + 40) {
                    // Old and new pairs come in turn, and where one comes to lie among longer and shorter ones differs.
                    let id = place * 7 % 1_400
                    let planted = id < 300 ? " zirkonplanted\(id % 50) secret" : ""
                    for field in WordField.allCases {
                        entries.append(WordEntry(id: id, field: field, text: Self.text(place, &random) + planted))
                    }
                }
                try await self.index.add(entries, model: "m\(part % 80 / 40)")
            }
            #expect(try self.occurrences(of: "zirkonplanted") > 0)
            for model in ["m0", "m1"] { #expect(try await self.index.removePairs(of: model, before: 300)) }
            try await self.index.compact()
            for model in ["m0", "m1"] { #expect(try await !self.index.removePairs(of: model, before: 300)) }
            #expect(try self.occurrences(of: "zirkonplanted") == 0)
            #expect(try self.occurrences(of: "kept") > 0)
        }
        let found = try await self.index.search("kept1", model: "m0", fields: [.live], limit: 1_000)
        #expect(!found.isEmpty)
        await self.index.close()
        #expect(try self.occurrences(of: "zirkonplanted") == 0)
    }

    @Test func `nothing is left of a pair that was added again`() async throws {
        try await self.index.add([.init(id: 1, field: .request, text: "zirkonplanted")], model: "m")
        try await self.index.add([.init(id: 1, field: .request, text: "other")], model: "m")
        try await self.index.compact()
        #expect(try self.occurrences(of: "zirkonplanted") == 0 && self.occurrences(of: "other") > 0)
    }

    @Test func `nothing is left when everything is removed, and the file shrinks`() async throws {
        var random = SeededRandom(seed: 11)
        for start in stride(from: Int64(0), to: 2_000, by: 500) {
            try await self.index.add(
                (start..<(start + 500)).map { .init(id: $0, field: .live, text: Self.text($0, &random)) },
                model: "m"
            )
        }
        try await self.index.compact()
        let before = try self.size()
        #expect(try await self.index.removePairs(of: "m", before: .max))
        #expect(try await self.index.models() == ["m"])
        try await self.index.compact()
        #expect(try await self.index.models().isEmpty)
        #expect(try self.occurrences(of: "kept") == 0)
        #expect(try self.size() < before / 20)
    }

    @Test func `what was removed before a crash is compacted after it`() async throws {
        try await self.index.add(
            [.init(id: 1, field: .request, text: "zirkonplanted"), .init(id: 2, field: .request, text: "other")],
            model: "m"
        )
        #expect(try await self.index.removePairs(of: "m", before: 2))
        // A copy of the files as they are, as after a kill.
        for ending in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: self.path + ending, toPath: self.folder.file("copy.db") + ending)
        }
        await self.index.close()
        for ending in ["", "-wal", "-shm"] { unlink(self.path + ending) }
        let copy = try SQLiteWordIndex(path: self.folder.file("copy.db"))
        #expect(try await copy.search("zirkonplanted", model: "m", fields: [.request], limit: 9).isEmpty)
        #expect(try self.occurrences(of: "zirkonplanted") > 0)
        // Also when nothing more is to be removed.
        #expect(try await copy.removePairs(of: "m", before: 2))
        try await copy.compact()
        #expect(try await !copy.removePairs(of: "m", before: 2))
        #expect(try self.occurrences(of: "zirkonplanted") == 0)
        #expect(try await copy.search("other", model: "m", fields: [.request], limit: 9).count == 1)
        await copy.close()
    }

    @Test func `while somebody still reads what was removed compacting says so, and later succeeds`() async throws {
        var options = SQLiteWordIndex.Options()
        options.busyTimeout = .milliseconds(10)
        let index = try SQLiteWordIndex(path: self.folder.file("held.db"), options: options)
        try await index.add([.init(id: 1, field: .request, text: "zirkonplanted")], model: "m")
        let reader = try otherProcess(self.folder.file("held.db"))
        try await reader.writeWithoutTransaction { db in
            try db.beginTransaction(.deferred)
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM parts")
        }
        #expect(try await index.removePairs(of: "m", before: 2))
        await #expect(
            throws: StoreError.unavailable("a search holds what was removed from held.db; compact it again")
        ) { try await index.compact() }
        #expect(try self.occurrences(of: "zirkonplanted") > 0)
        try await reader.writeWithoutTransaction { db in try db.rollback() }
        try await index.compact()
        #expect(try self.occurrences(of: "zirkonplanted") == 0)
        try reader.close()
        await index.close()
    }

    @Test func `the file is for its owner only`() throws {
        let mode = try FileManager.default.attributesOfItem(atPath: self.path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
    }

    private func size() throws -> Int { try Data(contentsOf: URL(fileURLWithPath: self.path)).count }
}
