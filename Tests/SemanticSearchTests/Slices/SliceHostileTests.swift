import Foundation
import SemanticSearch
import ServingCore
import Testing

/// Whatever comes in, the answer is defined and can be written as JSON.
struct SliceHostileTests {
    private static func roundTrips(_ findings: SliceFindings) throws -> Bool {
        let data = try JSONEncoder().encode(findings)
        return try JSONDecoder().decode(SliceFindings.self, from: data) == findings
    }

    @Test func `nothing at all gives no slices`() throws {
        let result = SliceDiscovery(SliceInput(pairs: [])).run()
        #expect(result.findings.slices.isEmpty)
        #expect(result.findings.divergence == 0)
        #expect(try Self.roundTrips(result.findings))
    }

    @Test func `vectors of a wrong size or with NaN are not used`() {
        let pairs = [SlicePair(id: 1, divergence: 0)]
        for vectors in [[1, 0, 0], [Float.nan, 0], [.infinity, 0]] {
            #expect(SliceInput(pairs: pairs, vectors: vectors, dimension: 2).dimension == 0)
        }
        #expect(SliceInput(pairs: pairs, vectors: [1, 0], dimension: 2).dimension == 2)
        #expect(SliceInput(pairs: pairs, vectors: [1], dimension: .max).dimension == 0)
        #expect(SliceInput(pairs: pairs, vectors: [1], dimension: -1).dimension == 0)
    }

    @Test func `NaN, infinity and what lies outside of the range count as the nearest end`() throws {
        var traffic = SliceTraffic(seed: 21)
        var input = traffic.input(1_500) { request, _ in request.topic == 2 ? .nan : -.infinity }
        for row in input.pairs.indices where row % 2 == 0 { input.pairs[row].noise = .nan }
        input.margin = .nan
        let result = SliceDiscovery(input).run()
        let slice = try #require(result.findings.slices.first)
        #expect(slice.confirmed)
        #expect(slice.inside.divergence > 0.9)
        #expect(slice.outside.divergence < 0.1)
        #expect(try Self.roundTrips(result.findings))
    }

    @Test func `evidence beyond the range of a double stays a number`() throws {
        var traffic = SliceTraffic(seed: 22)
        var input = traffic.input(8_000) { request, _ in request.topic < 6 ? 1 : 0 }
        for row in input.pairs.indices {
            input.pairs[row].segments = [Segment(key: "side", value: input.pairs[row].diverged ? "left" : "right")]
        }
        let findings = SliceDiscovery(input).run().findings
        #expect((findings.slices.first?.eValue ?? 0) > 1e298)
        #expect(findings.slices.allSatisfy { $0.eValue.isFinite })
        #expect(try Self.roundTrips(findings))
    }

    @Test func `requests without vectors are sliced by words and keys alone`() throws {
        var traffic = SliceTraffic(seed: 23)
        let input = traffic.input(2_000) { request, chance in
            chance < (request.words.contains("w10") ? 0.5 : 0.02) ? 1 : 0
        }
        let bare = SliceInput(pairs: input.pairs)
        let zeros = SliceInput(
            pairs: input.pairs,
            vectors: [Float](repeating: 0, count: input.vectors.count),
            dimension: input.dimension
        )
        let found = SliceDiscovery(bare).run().findings
        #expect(found.slices.first?.predicates == [SlicePredicate(kind: .word, value: "w10")])
        #expect(found.slices.first?.confirmed == true)
        #expect(SliceDiscovery(zeros).run().findings == found)
    }

    @Test func `requests without a vector are in no cluster`() {
        var traffic = SliceTraffic(seed: 25)
        var input = traffic.input(2_000) { _, chance in 0.1 * chance }
        for row in input.pairs.indices {
            (input.pairs[row].words, input.pairs[row].segments) = ([], [])
            guard row % 2 == 0 else { continue }
            input.pairs[row].divergence = 1
            for place in 0..<input.dimension { input.vectors[row * input.dimension + place] = 0 }
        }
        #expect(SliceDiscovery(input).run().findings.slices.isEmpty)
    }

    @Test func `pairs whose live leg failed are counted but hold nothing against the candidate`() {
        var traffic = SliceTraffic(seed: 24)
        var input = traffic.input(1_000) { _, _ in 1 }
        for row in input.pairs.indices { input.pairs[row].live = .error }
        let findings = SliceDiscovery(input).run().findings
        #expect(findings.pairs == 1_000)
        #expect(findings.requests == 0)
        #expect(findings.slices.isEmpty)
    }
}
