import SemanticSearch
import TestSupport
import Testing

/// The parts that slices are made of.
struct SlicePartTests {
    @Test(arguments: [
        ("It's NOT good, isn't it?", ["it's", "not", "good", "isn't", "it"]),
        ("don\u{2019}t don't", ["don't"]),
        ("'quoted' rock 'n' roll", ["quoted", "rock", "n", "roll"]),
        ("Straße ÉTÉ 42", ["straße", "été", "42"]),
        ("很好 good", ["很", "好", "good"]),
        ("", []),
        (" \n?!", []),
    ])
    func `words are letters, digits and inner apostrophes in lower case`(text: String, words: [String]) {
        #expect(RequestWords.of(text) == words)
    }

    @Test func `a word of more than 32 letters is none, and a text has at most 512`() {
        #expect(RequestWords.of(String(repeating: "a", count: 33) + " b") == ["b"])
        #expect(RequestWords.of(String(repeating: "a", count: 32)).count == 1)
        #expect(RequestWords.of((0..<2_000).map { "w\($0)" }.joined(separator: " ")).count == 512)
    }

    @Test func `terms are the words that tell a class from the rest, negations among them`() {
        let pairs = (0..<100).map { row in
            let words = row < 30 ? ["the", "not", "good"] : ["the", "good", row % 2 == 0 ? "film" : "book"]
            return SlicePair(id: Int64(row), divergence: 0, words: words)
        }
        let terms = SliceTerms(pairs, Array(pairs.indices)).of(pairs.indices.map { $0 < 30 })
        #expect(terms.map(\.word) == ["not"])
        // 90 words inside, 210 outside, 150 a class; `not` stands in 30 of the former.
        #expect(abs((terms.first?.weight ?? 0) - (30.0 / 90) * 1.791759469228055) < 1e-12)
        #expect(terms.first?.inside == 1)
        #expect(terms.first?.outside == 0)
    }

    @Test func `no subset scores above the bound`() {
        var random = SeededRandom(seed: 31)
        for _ in 0..<200 {
            let values = (0..<60).map { _ in max(0, Double.random(in: -1...1, using: &random)) }
            let score = SliceScore(values)
            let set = PairBits(count: 60, (0..<60).filter { _ in Bool.random(using: &random) })
            let bound = score.bound(count: set.count, sum: set.sum(of: values), least: 5)
            // The best subset of a size has its largest values.
            let order = set.places.sorted { values[$0] > values[$1] }
            for size in 5...max(5, order.count) where size <= order.count {
                #expect(score.of(PairBits(count: 60, order.prefix(size))) <= bound + 1e-9)
            }
        }
    }

    @Test func `a score is the difference of means in standard errors without replacement`() {
        let score = SliceScore([1, 1, 0, 0, 0, 0])
        // Mean 1/3, deviation sqrt(2)/3; two of six drawn: 4/3 above in sum over sqrt(2 * 4/6).
        let expected = (4.0 / 3) / ((2.0.squareRoot() / 3) * (4.0 / 3).squareRoot())
        #expect(abs(score.of(PairBits(count: 6, [0, 1])) - expected) < 1e-12)
        #expect(score.of(PairBits(count: 6)) == 0)
        #expect(SliceScore([2, 2]).of(PairBits(count: 2, [0])) == 0)
    }

    @Test func `sets know their members`() {
        var set = PairBits(count: 130, [0, 63, 64, 129])
        let other = PairBits(count: 130, [63, 129, 5])
        #expect(set.count == 4)
        #expect(set.places == [0, 63, 64, 129])
        #expect(set.intersection(other).places == [63, 129])
        #expect(set.commonCount(other) == 2)
        #expect(set.jaccard(other) == 0.4)
        set.set(64, to: false)
        set.set(65, to: true)
        #expect(set.places == [0, 63, 65, 129])
    }
}
