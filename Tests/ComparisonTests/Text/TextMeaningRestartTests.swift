import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Meaning of texts after a restart")
struct TextMeaningRestartTests {
    private struct Discreet: KeptForm {
        func keepsValues(of output: String) -> Bool { false }
        func sentence(_ sentence: String) -> String { sentence }
        func place(_ path: String, in output: String) -> String { path }
    }

    private static let words = ["red", "green", "blue", "warm", "cold", "not", "Berlin", "42", "house", "river"]

    private static func text(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 3...9, using: &random)).map { _ in Self.words.randomElement(using: &random) ?? "" }
            .joined(separator: " ")
    }

    /// Feeds pairs and returns what came out.
    private static func feed(_ output: MeaningOutput, _ count: Int, _ random: inout SeededRandom) -> [PairComparison?] {
        (0..<count).map { number in
            let live = Self.text(&random)
            return output.add(live, Self.text(&random), again: number % 3 == 0 ? live + " red" : nil)
        }
    }

    @Test func `what is saved goes on exactly as the original`() throws {
        var random = SeededRandom(seed: 3)
        let original = MeaningOutput()
        _ = Self.feed(original, 40, &random)
        let bytes = try StateCoding.encode(original.comparator.kept)
        let restored = MeaningOutput()
        restored.comparator = PairComparator(
            continuing: try StateCoding.decode(ComparatorState.self, from: bytes),
            meaning: FakeMeaning()
        )
        var again = random
        #expect(Self.feed(original, 200, &random) == Self.feed(restored, 200, &again))
        #expect(original.plan == restored.plan && original.plan?.tolerance != 0.1)
    }

    @Test func `the same pairs give the same comparisons and the same plan`() {
        var (first, second) = (SeededRandom(seed: 4), SeededRandom(seed: 4))
        let (left, right) = (MeaningOutput(), MeaningOutput())
        #expect(Self.feed(left, 300, &first) == Self.feed(right, 300, &second))
        #expect(left.plan == right.plan)
    }

    @Test func `vectors of answers that may not be kept are not saved, the threshold is`() throws {
        var random = SeededRandom(seed: 6)
        let discreet = MeaningOutput(keeping: Discreet())
        _ = Self.feed(discreet, 100, &random)
        let kept = try StateCoding.encode(discreet.comparator.kept)
        let restored = PairComparator(
            continuing: try StateCoding.decode(ComparatorState.self, from: kept),
            keeping: Discreet(),
            meaning: FakeMeaning()
        )
        #expect(restored.kept.plan == discreet.comparator.kept.plan && restored.kept.plan.first?.tolerance != 0.1)
        random = SeededRandom(seed: 6)
        let open = MeaningOutput()
        _ = Self.feed(open, 100, &random)
        // Eight vectors of 256 values of four bytes.
        #expect(try StateCoding.encode(open.comparator.kept).count - kept.count > 8 * 256 * 4)
    }

    @Test func `no word of any answer is saved, in whatever form it is kept`() throws {
        for form: any KeptForm in [VerbatimForm(), Discreet()] {
            let output = MeaningOutput(keeping: form)
            for number in 0..<20 {
                _ = output.add("a planted zirconium \(number)", "another zirconium", again: "zirconium")
            }
            let bytes = try StateCoding.encode(output.comparator.kept)
            #expect(!String(decoding: bytes, as: UTF8.self).contains("zirconium"))
        }
    }

    @Test func `what is saved is bounded, however many pairs came`() throws {
        var random = SeededRandom(seed: 7)
        let output = MeaningOutput()
        _ = Self.feed(output, 100, &random)
        let early = try StateCoding.encode(output.comparator.kept).count
        _ = Self.feed(output, 2_000, &random)
        // The earlier answers are let go once the threshold is settled.
        #expect(try StateCoding.encode(output.comparator.kept).count < early)
    }

    @Test func `a state saved before texts had a meaning is read`() throws {
        let old = MeaningOutput(nil)
        _ = old.compare("a", "b")
        let bytes = try StateCoding.encode(old.comparator.kept)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("scale"))
        let restored = MeaningOutput()
        restored.comparator = PairComparator(
            continuing: try StateCoding.decode(ComparatorState.self, from: bytes),
            meaning: FakeMeaning()
        )
        #expect(try #require(restored.compare("kitten", "sitting")).details.keys.sorted() == ["edit_distance"])
    }
}
