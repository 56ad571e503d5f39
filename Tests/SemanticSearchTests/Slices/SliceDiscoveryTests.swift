import SemanticSearch
import ServingCore
import Testing

/// Slices that are there are found and confirmed.
struct SliceDiscoveryTests {
    private static func top(_ input: SliceInput) -> Slice? { SliceDiscovery(input).run().findings.slices.first }

    @Test(arguments: 100..<110)
    func `a word whose requests diverge is the top slice and confirmed`(seed: UInt64) throws {
        var traffic = SliceTraffic(seed: seed)
        let input = traffic.input(2_000) { request, chance in
            chance < (request.words.contains("w30") ? 0.5 : 0.02) ? 1 : 0
        }
        let slice = try #require(Self.top(input))
        #expect(slice.confirmed)
        #expect(slice.predicates == [SlicePredicate(kind: .word, value: "w30")])
        #expect(slice.terms.first?.word == "w30")
        #expect(slice.label == "requests with \"w30\"")
    }

    @Test func `a topic without words of its own is found by its meaning`() throws {
        var traffic = SliceTraffic(seed: 2)
        var isInTopic: [Bool] = []
        let input = traffic.input(2_000) { request, chance in
            isInTopic.append(request.topic == 4)
            return (request.topic == 4 ? 0.2 : 0) + 0.1 * chance
        }
        let result = SliceDiscovery(input).run()
        let slice = try #require(result.findings.slices.first)
        #expect(slice.confirmed)
        #expect(slice.predicates.allSatisfy { $0.kind == .cluster || $0.kind == .region })
        let members = Set(try #require(result.members[slice.id]))
        let topic = Set(zip(input.pairs, isInTopic).filter(\.1).map(\.0.id))
        #expect(Double(members.intersection(topic).count) > 0.9 * Double(members.union(topic).count))
        #expect(topic.isSuperset(of: slice.examples))
    }

    @Test func `where only two declared keys together diverge the slice has both`() throws {
        var traffic = SliceTraffic(seed: 3)
        let both = [Segment(key: "language", value: "fr"), Segment(key: "tenant", value: "2")]
        let input = traffic.input(6_000) { request, chance in
            chance < (both.allSatisfy(request.segments.contains) ? 0.6 : 0.03) ? 1 : 0
        }
        let slice = try #require(Self.top(input))
        #expect(slice.confirmed)
        #expect(slice.predicates == both.map { SlicePredicate($0) })
        #expect(slice.label == "language=fr, tenant=2")
    }

    @Test func `a word that only goes along with the one that matters is no slice`() {
        var traffic = SliceTraffic(seed: 4)
        var input = traffic.input(3_000) { request, chance in
            chance < (request.words.contains("w30") ? 0.5 : 0.02) ? 1 : 0
        }
        for row in input.pairs.indices {
            let follows = input.pairs[row].words.contains("w30") ? row % 4 != 0 : row % 20 == 0
            if follows { input.pairs[row].words.append("shadow") }
        }
        let slices = SliceDiscovery(input).run().findings.slices
        #expect(slices.first?.predicates == [SlicePredicate(kind: .word, value: "w30")])
        #expect(!slices.contains { $0.predicates == [SlicePredicate(kind: .word, value: "shadow")] })
    }

    @Test func `figures are those of the slice's pairs`() throws {
        var traffic = SliceTraffic(seed: 5)
        var input = traffic.input(2_000) { request, _ in request.words.contains("w30") ? 0.4 : 0.1 }
        for row in input.pairs.indices where input.pairs[row].words.contains("w30") && row % 3 == 0 {
            input.pairs[row].candidate = .timeout
        }
        let result = SliceDiscovery(input).run()
        let slice = try #require(result.findings.slices.first)
        let members = input.pairs.filter { $0.words.contains("w30") }
        #expect(result.members[slice.id] == members.map(\.id))
        #expect(slice.support == members.count)
        let failed = Double(members.count { $0.candidate == .timeout }) / Double(members.count)
        #expect(abs(slice.inside.candidateFailed - failed) < 1e-12)
        #expect(abs(slice.inside.divergence - (failed + 0.4 * (1 - failed))) < 1e-9)
        #expect(abs(slice.outside.divergence - 0.1) < 1e-9)
        #expect(slice.outside.candidateFailed == 0)
        #expect(slice.excess.lower > 0)
        #expect((slice.excess.lower...slice.excess.upper).contains(slice.excess.mean))
        #expect(slice.mostDivergent.allSatisfy { id in members.contains { $0.id == id && $0.candidate == .timeout } })
    }

    @Test func `a slice among several needs more evidence than one alone`() throws {
        var traffic = SliceTraffic(seed: 13)
        let input = traffic.input(2_000) { request, chance in
            chance < (request.words.contains("w30") ? 0.6 : request.words.contains("w50") ? 0.4 : 0.02) ? 1 : 0
        }
        let slices = SliceDiscovery(input).run().findings.confirmed
        try #require(slices.count == 2)
        let (more, less) = (slices.map(\.eValue).max() ?? 0, slices.map(\.eValue).min() ?? 0)
        try #require(less > 20 && more > 4 * less)
        // Alone, 1 / alpha would do.
        #expect(SliceDiscovery(input, alpha: 1.5 / more).run().findings.confirmed.isEmpty)
        #expect(SliceDiscovery(input, alpha: 2.5 / more).run().findings.confirmed.map(\.eValue) == [more])
        #expect(SliceDiscovery(input, alpha: 1.5 / less).run().findings.confirmed.count == 2)
    }

    @Test(arguments: [(0.01, false), (0.2, true)])
    func `the gate's evidence says on which side of its margin a slice lies`(divergence: Double, fails: Bool) throws {
        var traffic = SliceTraffic(seed: 6)
        let input = traffic.input(4_000, margin: 0.05) { request, _ in
            request.topic == 7 ? divergence : 0.001
        }
        let slice = try #require(Self.top(input))
        #expect(slice.confirmed)
        #expect(slice.gate.margin == 0.05)
        #expect((slice.gate.failE > 20) == fails)
        #expect((slice.gate.passE > slice.gate.failE) == !fails)
    }

    @Test func `below 500 distinct requests nothing is proposed, however often they are repeated`() {
        var traffic = SliceTraffic(seed: 7)
        var input = traffic.input(499) { request, _ in request.topic == 3 ? 1 : 0 }
        let (pairs, vectors) = (input.pairs, input.vectors)
        for round in 1...4 {
            input.pairs += pairs.map { pair in
                var pair = pair
                pair.id += Int64(round) * 1_000_000
                return pair
            }
            input.vectors += vectors
        }
        let findings = SliceDiscovery(input).run().findings
        #expect(findings.slices.isEmpty)
        #expect(findings.epoch == 0)
        #expect(findings.requests == 499)
        #expect(findings.pairs == 5 * 499)
        #expect(findings.nextEpoch == 500)
    }

    @Test func `repeating requests adds no evidence`() throws {
        var traffic = SliceTraffic(seed: 8)
        var input = traffic.input(1_200) { request, chance in (request.topic == 3 ? 0.1 : 0) + 0.2 * chance }
        let once = try #require(Self.top(input))
        let again = input.pairs.map { pair in
            var pair = pair
            pair.id += 1_000_000
            return pair
        }
        input.pairs += again
        input.vectors += input.vectors
        let twice = try #require(Self.top(input))
        #expect(once.confirmed)
        #expect(twice.eValue == once.eValue)
        #expect(twice.excess == once.excess)
        #expect(twice.support == 2 * once.support)
    }

    @Test func `findings depend on nothing but the pairs, not on their order`() {
        var traffic = SliceTraffic(seed: 9)
        let input = traffic.input(1_500) { request, chance in (request.topic == 3 ? 0.1 : 0) + 0.3 * chance }
        var reversed = input
        reversed.pairs.reverse()
        let rows = stride(from: 0, to: input.vectors.count, by: input.dimension).map {
            Array(input.vectors[$0..<$0 + input.dimension])
        }
        reversed.vectors = Array(rows.reversed().joined())
        let (one, other) = (SliceDiscovery(input).run(), SliceDiscovery(reversed).run())
        #expect(!one.findings.slices.isEmpty)
        #expect(one.findings.slices.map(\.id) == other.findings.slices.map(\.id))
        #expect(one.findings.slices.map(\.eValue) == other.findings.slices.map(\.eValue))
    }
}
