import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Guards of texts compared by meaning")
struct TextGuardTests {
    private let output = MeaningOutput()

    private func fired(_ live: String, _ candidate: String) throws -> Set<String> {
        let result = try #require(self.output.compare(live, candidate))
        let reverse = try #require(self.output.compare(candidate, live))
        #expect(reverse.fired == result.fired && reverse.divergence == result.divergence)
        if !result.fired.isEmpty { #expect(result.diverged && result.divergence > 0) }
        return result.fired
    }

    @Test(
        arguments: [
            ("It costs 10 euros.", "It costs 20 euros."), ("It costs 10 euros.", "It costs euros."),
            ("-5 degrees", "5 degrees"), ("at 3.14 now", "at 3.141 now"), ("1,000 people", "1,0000 people"),
            ("two: 7 7", "two: 7"), ("version 1.2.3 of it", "version 1.2.4 of it"), ("a 5% rise", "a 6% rise"),
            ("between 3-5 of them", "between 3-6 of them"), ("5. ", "6. "), ("So\n5.", "So\n6."),
            ("2024. A year", "2025. A year"), ("99999999999999999999", "99999999999999999998"),
        ]
    )
    func `a number that is missing or another one is noticed`(_ live: String, _ candidate: String) throws {
        #expect(try self.fired(live, candidate) == ["numbers"])
    }

    @Test(
        arguments: [
            ("It costs 1,000.0 euros.", "It costs 1000 euros, yes."), ("007 agents met", "7 agents met, yes"),
            ("1,234,567.50 of it", "of it 1234567.5"), ("10km away", "away: 10 km"), ("0 left", "-0 left over"),
            ("1, 2 and 3", "3 and 2 and 1"), ("from 3-5 or so", "from 3 to 5 or so"), ("5% more", "5 percent more"),
            ("1. Walk\n 2) Run", "Walk\nRun"), ("1,2,3 go", "go: 1 2 3"), ("\u{2212}5 degrees", "degrees: -5"),
            ("0.50 each", "each 0.5"),
        ]
    )
    func `a number written in another way is the same number`(_ live: String, _ candidate: String) throws {
        #expect(try !self.fired(live, candidate).contains("numbers"))
    }

    @Test func `the more of the numbers differ, the more severe it is`() throws {
        let few = try #require(self.output.compare("1 2 3 4 x", "1 2 3 5 x"))
        let all = try #require(self.output.compare("1 2 3 4 x", "5 6 7 8 x"))
        #expect(few.divergence == 0.5 * (1 - 3.0 / 5) && all.divergence == 0.5)
    }

    @Test(
        arguments: [
            ("We met Alice in the park", "We met Carol in the park"), ("set user_id first", "set order_id first"),
            ("call getName here", "call getValue here"), ("we use gpt4 now", "we use gpt5 now"),
            ("he saw Ørsted there", "he saw Ångström there"),
        ]
    )
    func `another name or identifier is noticed`(_ live: String, _ candidate: String) throws {
        #expect(try self.fired(live, candidate) == ["names"])
    }

    @Test(
        arguments: [
            ("The capital is Paris.", "Paris is the capital."), ("of France", "it is France's"),
            ("of France", "it is France\u{2019}s own"), ("It was Monday", "it WAS MONDAY"),
            ("Yes. Certainly so.", "Certainly yes."), ("then I left", "then we left"),
            ("then I'm off", "then he is off"),
            ("She met Ann, Bob and Carl", "She met Ann and Carl, as Bob said"),
        ]
    )
    func `a name at another place, and a capital that marks none, are no difference`(
        _ live: String,
        _ candidate: String
    ) throws {
        #expect(try !self.fired(live, candidate).contains("names"))
    }

    @Test func `where many words have capitals these mark no names`() throws {
        let german =
            "wir haben den Brief an das Amt in der Stadt und die Frau mit dem Hund und das Kind im Haus gesehen"
        let other = german.replacing("Hund", with: "Pferd").replacing("Amt", with: "Gericht")
            .replacing("Kind", with: "Volk").replacing("Brief", with: "Zettel")
        #expect(try self.fired(german, other).isEmpty)
    }

    @Test(
        arguments: [
            ("The film was good.", "The film was not good."), ("I like it", "I don't like it"),
            ("I like it", "I don\u{2019}t like it"), ("it can be done", "it cannot be done"),
            ("with or with sugar", "with or without sugar"), ("nobody came today", "somebody came today"),
            (
                "it is not here and the other one was seen there today",
                "it is not here and the other one was not seen there today"
            ),
        ]
    )
    func `what one side denies is noticed`(_ live: String, _ candidate: String) throws {
        #expect(try self.fired(live, candidate) == ["negation"])
    }

    @Test(
        arguments: [
            ("It is not here.", "It isn't here."), ("I do not know", "I don't know"),
            ("the weather is fine", "nothing at all came of those plans"), ("a note on knots", "a note on nodes"),
        ]
    )
    func `the same denial, and one in a text about something else, are none`(
        _ live: String,
        _ candidate: String
    ) throws {
        #expect(try !self.fired(live, candidate).contains("negation"))
    }

    @Test(arguments: [("", "yes"), (" \n\t", "yes"), ("", "👍"), ("\u{1}\u{2}", "yes")])
    func `a text on one side only is a complete difference`(_ live: String, _ candidate: String) throws {
        #expect(try self.fired(live, candidate) == ["empty"])
        #expect(self.output.compare(live, candidate)?.divergence == 1)
    }

    @Test func `two texts without a word are told apart by their letters`() throws {
        let result = try #require(self.output.compare("", " \n"))
        #expect(result.fired.isEmpty && result.divergence == 1 && result.diverged)
        #expect(try #require(self.output.compare("?!", "?.")).details["edit_distance"] == 0.5)
    }

    @Test func `a text that repeats itself is noticed when the other does not`() throws {
        let loop = String(repeating: "and so on it goes ", count: 12)
        let text = "and so on it goes until the end of the day when all of us go home again to sleep for a while"
        #expect(try self.fired(loop, text) == ["looping"])
        #expect(try self.fired(loop, loop + "and so").isEmpty)
        #expect(try self.fired("哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈", "今天我们去了很远的地方看了很多很多东西").contains("looping"))
        #expect(try !self.fired("ha ha ha ha", "ho ho ho").contains("looping"))
    }

    @Test(
        arguments: [
            "I'm sorry, but I can't help with that.", "I\u{2019}m sorry, but  I cannot do this",
            "As an AI, I have no view",
            "Sorry! I am\nunable to answer this.",
        ]
    )
    func `a refusal on one side is a complete difference`(_ refusal: String) throws {
        #expect(try self.fired(refusal, "Open the lid and pour the water in").contains("refusal"))
        #expect(self.output.compare("Open the lid", refusal)?.divergence == 1)
        #expect(try !self.fired(refusal, refusal + " Truly.").contains("refusal"))
    }

    @Test func `a refusal that is only told about is none`() throws {
        let story = String(repeating: "the story goes on and on about it ", count: 9) + "i cannot help you"
        #expect(try !self.fired(story, "the story goes on and on about it").contains("refusal"))
    }

    @Test func `a text more than three times as long is noticed, unless both are short`() throws {
        let words = ["ba", "de", "ki", "lo"].flatMap { one in
            ["na", "re", "si", "to", "mu"].flatMap { two in ["ga", "pe", "zo"].map { one + two + $0 } }
        }
        let long = words.joined(separator: " ")
        #expect(try self.fired(words[..<12].joined(separator: " "), long) == ["length"])
        #expect(try self.fired(words[..<30].joined(separator: " "), long).isEmpty)
        #expect(try self.fired("yes", "yes, of course").isEmpty)
    }

    @Test func `the sentence for people names what fired`() throws {
        let result = try #require(self.output.compare("We met Alice at 10", "We met Carol at 11"))
        #expect(DifferenceSentence.of(result) == "numbers differ, names differ, divergence 0.5")
        let paraphrase = try #require(self.output.compare("the cat sat", "the dog sat"))
        #expect(DifferenceSentence.of(paraphrase).hasPrefix("divergence 0.1"))
    }

    @Test func `of several elements the share in which a guard fired is told, of those that differ`() throws {
        let result = try #require(self.output.add(["a 1", "b", "c"], ["a 2", "b", "c c"])?.outputs.first)
        #expect(result.details["numbers"] == 0.5 && result.details["names"] == 0)
        #expect(abs(result.divergence - 0.5 / 3) < 1e-6)
    }

    @Test func `guards look at all of a long text`() throws {
        let long = (0..<60_000).map { "the word \($0)" }.joined(separator: ", ")
        #expect(long.utf8.count > 900_000)
        #expect(try self.fired(long + " 70001", long + " 70002") == ["numbers"])
        let list = String(repeating: "1,2,3,", count: 170_000)
        #expect(try self.fired(list + "4", list + "5") == ["numbers"])
        #expect(try self.fired(long + " we met Carol", long + " we met nobody").isSuperset(of: ["names", "negation"]))
    }

    @Test func `bytes that are not UTF-8 separate words and end nothing`() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2_000 {
            let (live, candidate) = (random.bytes(), random.bytes())
            let result = try #require(self.output.add(.texts([live]), .texts([candidate]))?.outputs.first)
            #expect(result.divergence >= 0 && result.divergence <= 1)
        }
        let broken = try #require(
            self.output.add(.texts([[0xFF, 0x31, 0xC3, 0x32]]), .texts([[0xC3, 0x31, 0xFF, 0x33]]))?.outputs.first
        )
        #expect(broken.fired == ["numbers"])
    }
}

extension SeededRandom {
    /// Up to 40 bytes, mostly of those that guards look at.
    fileprivate mutating func bytes() -> [UInt8] {
        let usual = Array("no t n't 1,000.0 -5 A_b aB iPhone \u{2019}\u{2212}哈é".utf8)
        return (0..<Int.random(in: 0...40, using: &self)).map { _ in
            UInt8.random(in: 0...3, using: &self) == 0
                ? UInt8.random(in: 0...255, using: &self) : usual.randomElement(using: &self) ?? 0
        }
    }
}
