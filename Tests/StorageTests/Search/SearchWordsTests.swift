import ServingCore
import Storage
import TestSupport
import Testing

@Suite("Exact words")
struct SearchWordsTests {
    private let folder: TemporaryFolder
    private let index: SQLiteWordIndex

    init() throws {
        self.folder = try TemporaryFolder()
        self.index = try SQLiteWordIndex(path: self.folder.file("words.db"))
    }

    private func found(_ query: String, in fields: Set<WordField> = [.request], model: String = "m") async throws
        -> [Int64]
    {
        try await self.index.search(query, model: model, fields: fields, limit: 100).map(\.id).sorted()
    }

    @Test func `all words have to be there, in one field`() async throws {
        try await self.index.add(
            [
                .init(id: 1, field: .request, text: "The film was not good"),
                .init(id: 2, field: .request, text: "Good film"), .init(id: 3, field: .request, text: "not bad"),
                .init(id: 4, field: .request, text: "good"), .init(id: 4, field: .live, text: "not so"),
            ],
            model: "m"
        )
        #expect(try await self.found("not good") == [1])
        #expect(try await self.found("film good") == [1, 2])
        #expect(try await self.found("good") == [1, 2, 4])
        #expect(try await self.found("not good", in: [.request, .live, .candidate]) == [1])
        #expect(try await self.found("not", in: [.live]) == [4])
        #expect(try await self.found("not", in: [.request, .live]) == [1, 3, 4])
        #expect(try await self.found("film", in: [.candidate]).isEmpty)
        #expect(try await self.found("film", in: []).isEmpty)
        #expect(try await self.found("film", model: "n").isEmpty)
    }

    @Test func `case and accents do not matter, and the last word may go on`() async throws {
        try await self.index.add([.init(id: 1, field: .request, text: "Où est le CAFÉ d'Élodie ?")], model: "m")
        for query in ["cafe", "Café elo", "caf", "OU EST", "d'Elodie", "est le", "el"] {
            #expect(try await self.found(query) == [1], "\(query)")
        }
        for query in ["caf est", "afé", "c", "\"caf\"", "cafés"] {
            #expect(try await self.found(query).isEmpty, "\(query)")
        }
    }

    @Test func `what stands in quotes is a phrase`() async throws {
        try await self.index.add(
            [
                .init(id: 1, field: .request, text: "not very good"),
                .init(id: 2, field: .request, text: "very not good"),
            ],
            model: "m"
        )
        #expect(try await self.found("\"not good\"") == [2])
        #expect(try await self.found("\"very good\" not") == [1])
        #expect(try await self.found("\"not good\" \"very not\"") == [2])
        // A quote that nothing closes goes to the end.
        #expect(try await self.found("\"not good") == [2])
        #expect(try await self.found("very\"not\"good") == [1, 2])
    }

    @Test(arguments: ["", " \t\n", "\"", "\"\"", "!?.", "- + * ( ) : ^", "\0", "👍", "\u{301}"])
    func `a query without a word finds nothing`(_ query: String) async throws {
        try await self.index.add([.init(id: 1, field: .request, text: "a 👍 \(query)")], model: "m")
        #expect(try await self.found(query).isEmpty)
    }

    @Test(
        arguments: [
            "good OR bad", "good AND", "NOT good", "NEAR(good bad)", "NEAR(good, 2)", "request:good", "{live}: good",
            "-request : good", "^good", "good*", "*", "good + bad", "(good", "good)", "'good'",
            "good; DROP TABLE parts",
            "\"good", "good\"\"", "a\0b", "words_1", "rank", "go\u{FFFD}od",
        ]
    )
    func `nothing in a query is syntax`(_ query: String) async throws {
        let words = query.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
        try await self.index.add(
            [.init(id: 1, field: .request, text: words), .init(id: 2, field: .request, text: "good")],
            model: "m"
        )
        #expect(try await self.found(query).contains(1) == !words.isEmpty)
    }

    @Test func `any query at all has an answer`() async throws {
        try await self.index.add([.init(id: 1, field: .request, text: "good")], model: "m")
        var random = SeededRandom(seed: 8)
        let usual = Array("\" *():^-+{}',ANDORNOTNEAR\0é\u{301}哈😀 \\".unicodeScalars)
        for _ in 0..<1_000 {
            var query = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                let any = Unicode.Scalar(UInt32.random(in: 0...0x1FFFF, using: &random))
                query.append(Bool.random(using: &random) ? usual.randomElement(using: &random) ?? " " : any ?? " ")
            }
            _ = try await self.found(String(query), in: [.request, .candidate])
        }
        for query in [String(repeating: "a ", count: 100_000), String(repeating: "ä", count: 100_000)] {
            #expect(try await self.found(query).isEmpty)
        }
        #expect(try await self.found("good") == [1])
    }

    @Test func `the best come first, and no more than were asked for`() async throws {
        var entries = (1...50).map {
            WordEntry(id: $0, field: .request, text: "one of \($0) texts with many other words")
        }
        entries.append(WordEntry(id: 51, field: .request, text: "rare rare"))
        entries.append(WordEntry(id: 52, field: .request, text: "rare \(String(repeating: "and more ", count: 50))"))
        try await self.index.add(entries, model: "m")
        let best = try await self.index.search("rare", model: "m", fields: [.request], limit: 10)
        #expect(best.map(\.id) == [51, 52] && best[0].score > best[1].score && best[1].score > 0)
        #expect(try await self.index.search("texts", model: "m", fields: [.request], limit: 7).count == 7)
        for limit in [Int.min, 0, 1] {
            #expect(try await self.index.search("texts", model: "m", fields: [.request], limit: limit).count == 1)
        }
    }

    @Test func `a pair that is added again has its new words only`() async throws {
        try await self.index.add(
            [.init(id: 1, field: .request, text: "old"), .init(id: 1, field: .live, text: "older")],
            model: "m"
        )
        try await self.index.add([.init(id: 1, field: .request, text: "new")], model: "m")
        #expect(try await self.found("new") == [1])
        #expect(try await self.found("old").isEmpty)
        #expect(try await self.found("older", in: [.live]).isEmpty)
    }

    @Test func `what is removed is found no more, also after a restart`() async throws {
        for model in ["m", "n"] {
            let ids: ClosedRange<Int64> = model == "m" ? 1...20 : 21...40
            try await self.index.add(ids.map { .init(id: $0, field: .request, text: "word") }, model: model)
        }
        for id in [.min, 1, 6] as [Int64] { _ = try await self.index.removePairs(of: "m", before: id) }
        #expect(try await !self.index.removePairs(of: "unknown", before: .max))
        #expect(try await self.found("word") == Array(6...20))
        #expect(try await self.found("word", model: "n") == Array(21...40))
        #expect(try await self.index.models() == ["m", "n"])
        try await self.index.compact()
        #expect(try await self.found("word").count == 15)
        let mark = self.index.mark
        await self.index.close()
        let again = try SQLiteWordIndex(path: self.folder.file("words.db"))
        #expect(try await again.search("word", model: "m", fields: [.request], limit: 100).count == 15)
        #expect(again.mark == mark)
        #expect(try await again.removePairs(of: "m", before: .max))
        try await again.compact()
        #expect(try await again.models() == ["n"])
        #expect(try await again.search("word", model: "m", fields: [.request], limit: 100).isEmpty)
        await again.close()
    }

    @Test func `any order of adding and removing finds what is there, over several parts`() async throws {
        var random = SeededRandom(seed: 9)
        var there: [Int64: Int] = [:]
        // Long texts, so that parts fill.
        let filler = String(repeating: "filler ", count: 2_300)
        for round in 0..<12 {
            let added = (0..<60).map { _ in
                (Int64.random(in: 1...900, using: &random), Int.random(in: 0..<5, using: &random))
            }
            var entries: [Int64: Int] = [:]
            for (id, word) in added { entries[id] = word }
            try await self.index.add(
                entries.map { .init(id: $0.key, field: .live, text: "w\($0.value) " + filler) },
                model: "m"
            )
            there.merge(entries) { $1 }
            let oldest = Int64.random(in: 0...300, using: &random)
            _ = try await self.index.removePairs(of: "m", before: oldest)
            there = there.filter { $0.key >= oldest }
            if round % 3 == 2 { try await self.index.compact() }
            for word in 0..<5 {
                let found = try await self.index.search("w\(word)", model: "m", fields: [.live], limit: 1_000)
                #expect(found.map(\.id).sorted() == there.filter { $0.value == word }.keys.sorted())
            }
        }
    }

    @Test func `searches beside writing see each addition whole or not at all`() async throws {
        let index = self.index
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        let found = try await index.search("word", model: "m", fields: [.live], limit: 1_000)
                        #expect(found.count % 10 == 0, "worker \(worker)")
                    }
                }
            }
            group.addTask {
                for start in stride(from: Int64(0), to: 400, by: 10) {
                    let entries = (start..<(start + 10)).map { WordEntry(id: $0, field: .live, text: "word") }
                    try await index.add(entries, model: "m")
                    if start % 50 == 40 {
                        _ = try await index.removePairs(of: "m", before: start - 30)
                        try await index.compact()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await index.search("word", model: "m", fields: [.live], limit: 1_000).count == 40)
    }

    @Test func `of a long text the first 16 KiB are indexed`() async throws {
        let text =
            String(repeating: "é", count: 8_187) + " within the limit, " + String(repeating: "long ", count: 200_000)
        try await self.index.add([.init(id: 1, field: .request, text: text + " beyond")], model: "m")
        #expect(try await self.found("within") == [1])
        #expect(try await self.found("limit").isEmpty)
        #expect(try await self.found("beyond").isEmpty)
    }

    @Test func `the oldest words are given up when there are too many`() async throws {
        var options = SQLiteWordIndex.Options()
        options.maximumBytes = 1 << 20
        let small = try SQLiteWordIndex(path: self.folder.file("small.db"), options: options)
        var random = SeededRandom(seed: 14)
        for model in ["oldest", "middle", "newest"] {
            for _ in 0..<10 {
                let entries = (0..<100).map { _ in
                    let words = (0..<20).map { _ in "w\(random.next() % 5_000)" }.joined(separator: " ")
                    return WordEntry(id: Int64(random.next() >> 1), field: .request, text: "all \(words)")
                }
                try await small.add(entries, model: model)
            }
        }
        var counts: [Int] = []
        for model in ["oldest", "middle", "newest"] {
            counts.append(try await small.search("all", model: model, fields: [.request], limit: 1_000).count)
        }
        #expect(counts == [0, 1_000, 1_000])
        await small.close()
    }
}
