import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Comparing texts by meaning")
struct TextMeaningTests {
    /// Unit vectors in a plane, by text.
    private static func told(_ angles: [String: Double]) -> ToldMeaning {
        // A cosine is all that counts: the second coordinate makes the length 1.
        ToldMeaning(vectors: angles.mapValues { [Float($0), Float((1 - $0 * $0).squareRoot())] })
    }

    @Test func `equal texts are at 0, and once the scale is known no embedder is asked`() throws {
        let meaning = FakeMeaning()
        let output = MeaningOutput(meaning)
        for number in 0..<2_000 { _ = output.compare("text \(number % 50)a", "text \(number % 50)a") }
        let calls = meaning.calls
        #expect(calls < 1_200)
        let result = try #require(output.compare("another 1", "another 1"))
        #expect(result.divergence == 0 && !result.diverged && result.details == ["cosine": 1])
        #expect(meaning.calls == calls)
    }

    @Test func `the divergence is half of 1 minus the cosine`() throws {
        let output = MeaningOutput(Self.told(["a": 1, "b": 0.6, "c": -1]))
        let near = try #require(output.compare("a", "b"))
        #expect(abs(near.divergence - 0.2) < 1e-6 && abs((near.details["cosine"] ?? 0) - 0.6) < 1e-6)
        #expect(try #require(output.compare("a", "c")).divergence == 1)
    }

    @Test func `before anything is known a cosine below 0.8 is a difference, and the plan says so`() throws {
        let output = MeaningOutput(Self.told(["a": 1, "b": 0.81, "c": 0.79]))
        #expect(output.plan?.tolerance == 0.1)
        #expect(try #require(output.compare("a", "b")).diverged == false)
        #expect(try #require(output.compare("a", "c")).diverged)
    }

    @Test func `the threshold is the middle between live asked again and answers to other requests`() throws {
        // Answers to different requests have a cosine of 0.4 or 1 - 0.36 · 2 = 0.28 here, live asked again 0.9.
        var vectors: [String: [Float]?] = [:]
        for number in 0..<200 {
            var vector = [Float](repeating: 0, count: 202)
            (vector[number], vector[201]) = (Float(0.6).squareRoot(), Float(0.4).squareRoot())
            vectors["t\(number)"] = vector
            var other = vector
            (other[number], other[200]) = (Float(0.5 / 0.6) * vector[number], Float(0.6 - 0.25 / 0.6).squareRoot())
            vectors["t\(number) again"] = other
        }
        let output = MeaningOutput(ToldMeaning(vectors: vectors))
        for number in 0..<57 { _ = output.add("t\(number)", "t\(number)", again: "t\(number) again") }
        #expect(output.plan?.tolerance == 0.1)
        for number in 57..<100 { _ = output.add("t\(number)", "t\(number)", again: "t\(number) again") }
        // Between 0.90 and 0.40, each known within a hundredth: a cosine of 0.65.
        let tolerance = try #require(output.plan?.tolerance)
        #expect(abs(tolerance - 0.175) < 0.004)
    }

    @Test func `of a live version that repeats itself the middle between 1 and other answers is taken`() throws {
        let texts = (0..<100).map { "t\($0)" }
        var vectors: [String: [Float]?] = [:]
        for (number, text) in texts.enumerated() {
            var vector = [Float](repeating: 0, count: 101)
            (vector[number], vector[100]) = (Float(0.7).squareRoot(), Float(0.3).squareRoot())
            vectors[text] = vector
        }
        let output = MeaningOutput(ToldMeaning(vectors: vectors))
        for text in texts { _ = output.add(text, text, again: text) }
        let tolerance = try #require(output.plan?.tolerance)
        #expect(abs(tolerance - (1 - (1 + 0.3) / 2) / 2) < 0.004)
    }

    @Test func `answers that read the same do not count as answers to other requests`() {
        let output = MeaningOutput()
        for _ in 0..<500 { _ = output.add("always the same", "always the same") }
        #expect(output.plan?.tolerance == 0.1)
    }

    @Test func `a tolerance in the manifest takes the place of the threshold and of what guards say`() throws {
        let output = MeaningOutput(Self.told(["a": 1, "b": 0.7, "c": 0.5, "a 1": 1, "a 2": 1]), tolerance: 0.2)
        #expect(output.plan?.tolerance == 0.2)
        #expect(try #require(output.compare("a", "b")).diverged == false)
        #expect(try #require(output.compare("a", "c")).diverged)
        #expect(try #require(output.compare("a 1", "a 2")).diverged)
        let generous = MeaningOutput(Self.told(["a 1": 1, "a 2": 1]), tolerance: 0.5)
        let result = try #require(generous.compare("a 1", "a 2"))
        #expect(!result.diverged && result.divergence == 0.5)
    }

    @Test func `vectors that cannot be compared leave it to the letters`() throws {
        let output = MeaningOutput(
            ToldMeaning(vectors: [
                "a": [1, 0], "b": [1], "c": [.nan, 0], "d": [0, 0], "e": nil, "f": [.infinity, 1],
            ])
        )
        for other in ["b", "c", "d", "e", "f"] {
            let result = try #require(output.compare("a", other))
            #expect(result.divergence == 1 && result.diverged && result.details["edit_distance"] == 1)
            #expect(result.details["cosine"] == nil)
        }
    }

    @Test func `the plan says that texts are compared by meaning, by whose, and why`() throws {
        let why = try #require(MeaningOutput().plan?.why)
        #expect(why.contains("text by meaning (fake 1)") && why.contains("is learned from live asked again"))
        #expect(MeaningOutput(tolerance: 0.1).plan?.why.contains("model.yaml says how far apart they may be") == true)
        #expect(MeaningOutput(nil).plan?.why.contains("meaning") == false)
    }

    @Test func `without a meaning, or with another than it was chosen with, letters are compared`() throws {
        let output = MeaningOutput()
        let state = output.comparator.kept
        for meaning in [nil, FakeMeaning("fake 2")] {
            output.comparator = PairComparator(continuing: state, meaning: meaning)
            #expect(try #require(output.compare("kitten", "sitting")).details.keys.sorted() == ["edit_distance"])
        }
    }

    @Test func `long texts are cut around their first difference before they are embedded`() throws {
        let meaning = FakeMeaning()
        let output = MeaningOutput(meaning)
        let long = String(repeating: "the same words again ", count: 50_000)
        let end = try #require(output.compare(long + "good", long + "awful"))
        #expect(end.divergence > 0 && end.divergence < 0.1)
        let middle = try #require(output.compare(long + "é" + long, long + "è bad bad bad bad bad bad" + long))
        #expect(middle.divergence > end.divergence)
        let more = try #require(output.compare(long, long + "and much more of something else"))
        #expect(more.divergence > 0)
        #expect(meaning.longest == 8_192)
        #expect(try #require(output.compare("", long)).divergence == 1)
    }
}
