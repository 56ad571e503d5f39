import ServingCore
import TestSupport
import Testing

@Suite("RedactionPattern")
struct RedactionPatternTests {
    private static func matches(_ pattern: String, _ text: String) throws -> [String] {
        let pattern = try RedactionPattern(pattern)
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { pattern.matches(in: $0) }.map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
    }

    @Test(
        "Finds what regular expressions find",
        arguments: [
            ("[A-Z]{2}\\d{6}", "id AB123456, AB12345, XY000001", ["AB123456", "XY000001"]),
            ("a|ab", "ab", ["a"]), ("ab|a", "ab", ["ab"]), ("a*", "baac", ["aa"]), ("a+?", "aaa", ["a", "a", "a"]),
            ("\".*?\"", "\"a\" \"b\"", ["\"a\"", "\"b\""]), ("\".*\"", "\"a\" \"b\"", ["\"a\" \"b\""]),
            ("(?i)secret-\\w+", "SeCrEt-Abc", ["SeCrEt-Abc"]), ("^ab", "abab", ["ab"]), ("ab$", "abab", ["ab"]),
            ("(?m)^x.", "x1\nx2", ["x1", "x2"]), ("a.b", "a\nb", []), ("(?s)a.b", "a\nb", ["a\nb"]),
            ("\\bcat\\b", "cat concat cat", ["cat", "cat"]), ("\\Bcat", "cat concat", ["cat"]),
            ("[^a-c]+", "abcdefabc", ["def"]), ("[]x]+", "a]x]", ["]x]"]), ("[\\d-]+", "a1-2-3", ["1-2-3"]),
            ("x{2}", "xxxxx", ["xx", "xx"]), ("x{2,}", "xxxxx", ["xxxxx"]), ("x{1,2}", "xxx", ["xx", "x"]),
            ("(ab)+c?", "ababc", ["ababc"]), ("(?:a|b)*c", "aabbc", ["aabbc"]), ("(a*)*b", "aaab", ["aaab"]),
            ("Grü.e", "Grüße", ["Grüße"]), ("[ä-ü]", "xöy", ["ö"]), ("\\d+", "٣٤", ["٣٤"]), ("\\D", "1é2", ["é"]),
            ("[^\\d]", "1é2", ["é"]), ("\\x41\\u{20AC}", "A€", ["A€"]), ("\\w+@", "añb@", ["añb@"]),
        ] as [(String, String, [String])]
    )
    func finds(_ pattern: String, _ text: String, _ expected: [String]) throws {
        #expect(try Self.matches(pattern, text) == expected)
    }

    @Test(
        "What is no pattern, or none that runs in bounded time, is refused",
        arguments: [
            "", "(", ")", "a)", "[", "[]", "[z-a]", "*", "a**", "a{2", "a{3,2}", "a{9999}", "(?=a)", "(?<n>a)", "\\1",
            "\\p{L}", "\\", "(?x)a", "(?i", "\\u{D800}", "\\xZ", "(((a{99}){99}){99})",
            String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60),
            String(repeating: "a", count: 600),
        ]
    )
    func refused(_ text: String) {
        let problem = #expect(throws: RedactionPattern.Problem.self) { try RedactionPattern(text) }
        #expect(problem?.description.hasPrefix("the pattern ") == true)
    }

    @Test("A text that would take too long is found as a whole")
    func bounded() throws {
        let pattern = try RedactionPattern("(x|x{0,300}y)")
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 400_000)
        #expect(bytes.withUnsafeBufferPointer { pattern.matches(in: $0) } == [0..<bytes.count])
    }

    @Test("Any bytes are searched, and matches lie in order inside them")
    func anyBytes() throws {
        var random = SeededRandom(seed: 5)
        let patterns = try ["[a-z]+\\d?", "(a|b)*c", "\\w\\W", ".$", "[^a]{1,3}"].map { try RedactionPattern($0) }
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            for pattern in patterns {
                var last = 0
                for match in bytes.withUnsafeBufferPointer({ pattern.matches(in: $0) }) {
                    #expect(match.lowerBound >= last && match.upperBound <= bytes.count && !match.isEmpty)
                    last = match.upperBound
                }
            }
        }
    }
}
