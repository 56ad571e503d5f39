import Comparison
import Testing

@Suite("Quantile sequence: values at the ranks")
struct QuantileBoundTests {
    @Test("values counted by size give the same bounds as the sorted values")
    func buckets() throws {
        let sequence = try #require(QuantileSequence(quantile: 0.9, alpha: 0.05, expected: 1_000))
        var streams = RandomStreams(seed: 51)
        let values = (0..<1_000).map { _ in Int(streams.unit() * 50) }.sorted()
        let buckets = (0..<50).map { value in (value: value, count: UInt64(values.count { $0 == value })) }
        let bounds = sequence.bounds(of: buckets, count: 1_000)
        let ranks = sequence.ranks(count: 1_000)
        #expect(bounds.lower == values[Int(try #require(ranks.lower)) - 1])
        #expect(bounds.upper == values[Int(try #require(ranks.upper)) - 1])
    }

    @Test("there is no bound beyond the values, nor where there are none")
    func missing() throws {
        let sequence = try #require(QuantileSequence(quantile: 0.99, alpha: 0.05))
        let few = sequence.bounds(of: [(value: 7, count: 1_000)], count: 1_000)
        #expect(few.lower == 7)
        #expect(few.upper == nil)
        let none = sequence.bounds(of: [(value: Int, count: UInt64)](), count: 0)
        #expect(none.lower == nil && none.upper == nil)
    }

    @Test("of half the values on either side the ranks are mirrored")
    func isSymmetric() throws {
        let sequence = try #require(QuantileSequence(quantile: 0.5, alpha: 0.05))
        for count in [100, 1_001, 9_999] as [UInt64] {
            let ranks = sequence.ranks(count: count)
            let (lower, upper) = (try #require(ranks.lower), try #require(ranks.upper))
            #expect(lower - 1 == count - upper)
        }
    }
}
