import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite struct NumberSearchTests {
    /// Requests around two centres; the candidate answers those of the second otherwise.
    private func sample(_ count: Int) throws -> EngineSample {
        let store = InMemoryCaptureStore()
        store.begin()
        var random = SeededRandom(seed: 5)
        for number in 0..<Int64(count) {
            let isSecond = number % 2 == 1
            let request = (0..<6).map { place -> Float in
                (isSecond == (place < 3) ? 10 : 1) + Float.random(in: -0.5...0.5, using: &random)
            }
            store.add(
                number + 1,
                request,
                live: [0.9, 0.1, 0],
                candidate: isSecond ? [0.1, 0.1, 0.8] : [0.9, 0.1, 0]
            )
        }
        return try EngineSample(store: store)
    }

    @Test(arguments: [3, 40, 300]) func `Numeric requests are found by a pair that is like them`(count: Int)
        async throws
    {
        let sample = try self.sample(count)
        await sample.settle()
        let found = try await sample.search(
            SearchQuery(model: EngineSample.model, subject: .pair(EngineSample.start + 1_000))
        )
        #expect(found.embedder?.name == "request-tensor")
        let halves = found.hits.filter { ($0.similarity ?? 0) > 0.5 }.map {
            ($0.pair.id - EngineSample.start) / 1_000 % 2
        }
        #expect(!halves.isEmpty)
        #expect(halves.allSatisfy { $0 == 1 })
    }

    @Test func `A request as the model takes it is a vector to search with`() async throws {
        let sample = try self.sample(100)
        let query = SearchQuery(model: EngineSample.model, subject: .vector([1, 1, 1, 10, 10, 10]))
        let found = try await sample.search(query)
        #expect(found.hits.prefix(10).allSatisfy { $0.request.hasPrefix("0.") || $0.request.hasPrefix("1.") })
    }

    @Test func `A text is refused where requests are numbers`() async throws {
        let sample = try self.sample(20)
        await #expect { try await sample.search("eight") } throws: { "\($0)".contains("numbers") }
    }

    @Test func `The same change is found by its pair`() async throws {
        let sample = try self.sample(100)
        var query = SearchQuery(model: EngineSample.model, subject: .pair(EngineSample.start + 2_000), field: .change)
        query.limit = 5
        let found = try await sample.search(query)
        #expect(found.hits.map(\.pairs) == [50])
        #expect(found.hits.first?.pair.diverged == true)
    }

    @Test func `Hashes are no numbers to compare`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        store.add(1, request: [], live: [], candidate: [], mode: .hash)
        let sample = try EngineSample(store: store)
        await #expect { try await sample.search("x") } throws: { "\($0)".contains("nothing to compare") }
    }
}
