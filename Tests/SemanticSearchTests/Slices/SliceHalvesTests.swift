import Foundation
import SemanticSearch
import Testing

/// Who proposes slices, and who judges them with what weight.
struct SliceHalvesTests {
    @Test(arguments: [(499, 0, 0), (500, 1, 500), (999, 1, 500), (1_000, 2, 1_000), (4_100, 4, 4_000)])
    func `epochs come at 500, 1,000, 2,000 and so on`(count: Int, epoch: Int, proposedFrom: Int) {
        var traffic = SliceTraffic(seed: 51)
        let halves = SliceHalves(traffic.input(count) { _, _ in 0 })
        #expect(halves.epoch == epoch)
        #expect(halves.proposedFrom == proposedFrom)
        #expect(halves.weight == (epoch == 0 ? 0 : 1 / Double(epoch * (epoch + 1))))
    }

    @Test func `what proposes never judges, and what came after the epoch does not propose`() {
        var traffic = SliceTraffic(seed: 52)
        let halves = SliceHalves(traffic.input(1_500) { _, _ in 0 })
        #expect(Set(halves.discovery).isDisjoint(with: halves.confirmation))
        #expect(halves.discovery.allSatisfy { $0 < 1_000 })
        #expect(halves.confirmation.contains { $0 >= 1_000 })
        #expect(Set(halves.early) == Set(0..<1_000))
        #expect((400...600).contains(halves.discovery.count))
        #expect((650...850).contains(halves.confirmation.count))
    }

    @Test func `more pairs do not move a request to the other half`() {
        var traffic = SliceTraffic(seed: 53)
        let input = traffic.input(1_900) { _, _ in 0 }
        let fewer = SliceInput(
            pairs: Array(input.pairs.prefix(1_200)),
            vectors: Array(input.vectors.prefix(1_200 * input.dimension)),
            dimension: input.dimension
        )
        let (one, other) = (SliceHalves(fewer), SliceHalves(input))
        #expect(one.discovery == other.discovery)
        #expect(one.confirmation == Array(other.confirmation.prefix(one.confirmation.count)))
    }

    @Test func `the evidence for a slice is that of the other half, weighted for its epoch`() throws {
        var traffic = SliceTraffic(seed: 54)
        let input = traffic.input(2_200) { request, chance in chance < (request.topic == 4 ? 0.3 : 0.05) ? 1 : 0 }
        let result = SliceDiscovery(input).run()
        let halves = SliceHalves(input)
        #expect(halves.weight == 1.0 / 12)
        let slice = try #require(result.findings.slices.first)
        let members = Set(try #require(result.members[slice.id]))
        let judges = halves.confirmation.map { input.pairs[$0] }
        let test = TwoMeansTest(
            inside: judges.filter { members.contains($0.id) }.map(\.divergence),
            outside: judges.filter { !members.contains($0.id) }.map(\.divergence)
        )
        #expect(abs(slice.eValue / (exp(test.logE) / 12) - 1) < 1e-9)
        #expect(slice.excess.requests == test.inside.count)
        #expect(abs(slice.excess.mean - test.excess) < 1e-12)
    }
}
