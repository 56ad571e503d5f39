import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite struct SearchTests {
    private func sample(sentences: (any TextEmbedder)? = nil) throws -> EngineSample {
        let store = InMemoryCaptureStore()
        store.begin()
        store.add(1, "the film was not good", live: "bad", candidate: "good", segments: [Segment(key: "k", value: "a")])
        store.add(2, "the film was wonderful")
        store.add(3, "parcel arrived broken", live: "bad", candidate: "fine")
        store.add(4, "the film was not good", live: "bad", candidate: "good")
        store.add(5, "parcel arrived early", release: 2)
        return try EngineSample(store: store, sentences: sentences)
    }

    @Test func `A text finds the requests that share its meaning, nearest first`() async throws {
        let found = try await self.sample().search("a film that is not good")
        #expect(found.hits.first?.request == "the film was not good")
        #expect(found.hits.map(\.request).prefix(2).contains("the film was wonderful") || found.hits.count >= 2)
        let similarities = found.hits.compactMap(\.similarity)
        #expect(similarities == similarities.sorted(by: >))
    }

    @Test func `Equal requests are one hit that says how many pairs they are`() async throws {
        let found = try await self.sample().search("not good")
        #expect(found.hits.filter { $0.request == "the film was not good" }.map(\.pairs) == [2])
        #expect(found.searched == 5)
        #expect(found.indexed == 5)
        #expect(found.backlog == 0)
    }

    @Test func `Filters leave only what passes all of them`() async throws {
        let sample = try self.sample()
        var query = SearchQuery(model: EngineSample.model, subject: .text("parcel"))
        query.filter.divergedOnly = true
        #expect(
            try await sample.search(query).hits.map(\.request) == ["parcel arrived broken", "the film was not good"]
        )
        query.filter.segment = Segment(key: "k", value: "a")
        #expect(try await sample.search(query).hits.map(\.pairs) == [1])
        query.filter = PairFilter()
        query.filter.release = 2
        #expect(try await sample.search(query).hits.map(\.request) == ["parcel arrived early"])
        query.filter = PairFilter()
        query.filter.until = EngineSample.start + 2_000
        #expect(try await sample.search(query).hits.map(\.request) == ["the film was not good"])
    }

    @Test func `What the candidate answered can be searched, and what it changed`() async throws {
        let sample = try self.sample()
        var query = SearchQuery(model: EngineSample.model, subject: .text("fine"), field: .candidate)
        #expect(try await sample.search(query).hits.first?.candidate == "fine")
        query = SearchQuery(model: EngineSample.model, subject: .pair(EngineSample.start + 1_000), field: .change)
        let changed = try await sample.search(query)
        #expect(changed.hits.map(\.candidate).contains("fine"))
        #expect(!changed.hits.map(\.candidate).contains("yes"))
        query.subject = .pair(EngineSample.start + 2_000)
        let unchanged = try await sample.search(query)
        #expect(unchanged.hits.isEmpty)
        #expect(unchanged.note?.contains("alike") == true)
    }

    @Test func `A pair finds others like it and not itself alone`() async throws {
        let query = SearchQuery(model: EngineSample.model, subject: .pair(EngineSample.start + 3_000))
        let found = try await self.sample().search(query)
        #expect(found.hits.first?.request == "parcel arrived early")
        #expect(!found.hits.map(\.request).contains("parcel arrived broken"))
    }

    @Test func `The sentence model ranks what the static embedder found, and says so`() async throws {
        let sentences = WordBag(name: "sentence", digest: "s", dimension: 128)
        let found = try await self.sample(sentences: sentences).search("parcel broken")
        #expect(found.embedder?.name == "sentence")
        #expect(found.hits.first?.request == "parcel arrived broken")
        var query = SearchQuery(model: EngineSample.model, subject: .text("parcel broken"))
        query.precision = .volume
        #expect(try await self.sample(sentences: sentences).search(query).embedder?.name == "bag")
    }

    @Test func `A text without a word finds nothing and says why`() async throws {
        for text in ["", " \n\t", "!?", "\u{FFFD}"] {
            let found = try await self.sample().search(text)
            #expect(found.hits.isEmpty)
            #expect(found.note != nil)
        }
    }

    @Test func `A text of a megabyte is answered`() async throws {
        let found = try await self.sample().search(String(repeating: "film ", count: 200_000))
        #expect(!found.hits.isEmpty)
    }

    @Test func `A question about nothing that is kept is refused with what to do`() async throws {
        let sample = try EngineSample()
        await #expect { try await sample.search("x") } throws: { error in
            (error as? ControlError)?.code == .notFound && "\(error)".contains("captures")
        }
    }

    @Test(arguments: [0, 201, -1]) func `A limit outside 1 to 200 is refused`(limit: Int) async throws {
        var query = SearchQuery(model: EngineSample.model, subject: .text("x"))
        query.limit = limit
        let sample = try self.sample()
        await #expect(throws: ControlError.self) { try await sample.search(query) }
    }

    @Test func `A release without pairs is refused, and a segment that no pair has is told`() async throws {
        let sample = try self.sample()
        var query = SearchQuery(model: EngineSample.model, subject: .text("film"))
        query.filter.release = 3
        await #expect { try await sample.search(query) } throws: { "\($0)".contains("no pairs of release 3") }
        query.filter = PairFilter()
        query.filter.segment = Segment(key: "k", value: "b")
        let found = try await sample.search(query)
        #expect(found.hits.isEmpty && found.note == "no kept pair is of segment k=b")
    }

    @Test func `Where words cannot be searched the answer says so`() async throws {
        let sample = try self.sample()
        #expect(try await sample.search("film").note?.contains("words.db cannot be used") == true)
        var query = SearchQuery(model: EngineSample.model, subject: .text("film"))
        query.usesWords = false
        #expect(try await sample.search(query).note == nil)
    }

    @Test func `A precise search counts the pairs that the sentence model has embedded`() async throws {
        let sample = try self.sample(sentences: WordBag(name: "sentence", digest: "s", dimension: 128))
        await sample.settle()
        sample.store.add(6, "parcel arrived late")
        var query = SearchQuery(model: EngineSample.model, subject: .text("parcel"))
        query.precision = .precise
        let found = try await sample.search(query)
        #expect(found.searched == 5 && found.indexed == 6)
        await sample.pass()
        #expect(try await sample.search(query).searched == 6)
        #expect(sample.figures.sentenceBacklog == 0)
    }

    @Test func `An unknown pair, and a vector of no known size, are refused with what there is`() async throws {
        let sample = try self.sample()
        await #expect(throws: ControlError.self) {
            try await sample.search(SearchQuery(model: EngineSample.model, subject: .pair(7)))
        }
        await #expect {
            try await sample.search(SearchQuery(model: EngineSample.model, subject: .vector([1, 2, 3])))
        } throws: { "\($0)".contains("64 (bag)") }
        for vector in [[Float](repeating: 0, count: 64), [Float](repeating: .nan, count: 64), []] {
            await #expect(throws: ControlError.self) {
                try await sample.search(SearchQuery(model: EngineSample.model, subject: .vector(vector)))
            }
        }
    }
}
