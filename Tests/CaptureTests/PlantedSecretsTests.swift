import Capture
import Comparison
import ServingCore
import TestSupport
import Testing

/// Secrets of all kinds in 10,000 pairs, wherever a text can stand.
@Suite("Planted secrets")
struct PlantedSecretsTests {
    private struct Generator {
        var random: SeededRandom

        mutating func pick<Element>(_ choices: [Element]) -> Element {
            choices[Int.random(in: 0..<choices.count, using: &self.random)]
        }

        mutating func run(_ alphabet: String, _ count: ClosedRange<Int>) -> String {
            let alphabet = Array(alphabet)
            return String((0..<Int.random(in: count, using: &self.random)).map { _ in self.pick(alphabet) })
        }

        private static let lower = "abcdefghijklmnopqrstuvwxyz"
        private static let alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

        mutating func email() -> String {
            let name = self.run(Self.lower + "0123456789", 3...10)
            let joined = self.pick([".", "_", "+", "-", ""]) + self.run(Self.lower, 2...6)
            return "\(name)\(joined)@\(self.run(Self.lower, 3...9)).\(self.pick(["com", "org", "co.uk", "museum"]))"
        }

        mutating func card() -> String {
            let length = self.pick([15, 16, 16, 16, 19])
            var digits = length == 15 ? [3, 7] : [self.pick([4, 5, 6])]
            while digits.count < length - 1 { digits.append(Int.random(in: 0...9, using: &self.random)) }
            var sum = 0
            for (index, digit) in digits.reversed().enumerated() {
                let doubled = index % 2 == 0 ? 2 * digit : digit
                sum += doubled > 9 ? doubled - 9 : doubled
            }
            digits.append((10 - sum % 10) % 10)
            let separator = self.pick(["", " ", "-"])
            return digits.enumerated().map {
                $0.offset > 0 && $0.offset % 4 == 0 ? "\(separator)\($0.element)" : "\($0.element)"
            }
            .joined()
        }

        mutating func token() -> String {
            let body = self.run(Self.alphanumeric, 24...40)
            switch Int.random(in: 0..<8, using: &self.random) {
            case 0: return "sk-proj-1\(body)"
            case 1: return "ghp_\(body)"
            case 2: return "github_pat_\(body)"
            case 3: return "xoxb-\(body)"
            case 4: return "AKIA\(self.run("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16...16))"
            case 5: return "eyJ\(body).eyJ\(body).\(body)"
            case 6: return "AIza\(body)"
            default: return "sk_live_\(body)"
            }
        }

        /// A character now and then as JSON writes it too.
        mutating func escaped(_ text: String) -> String {
            var escaped = ""
            for scalar in text.unicodeScalars {
                if Int.random(in: 0..<4, using: &self.random) == 0 || scalar == "@" {
                    let hex = String(scalar.value, radix: 16, uppercase: Bool.random(using: &self.random))
                    escaped += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    escaped.unicodeScalars.append(scalar)
                }
            }
            return escaped
        }

        /// The text and, when another than the secret itself, how the secret is written in it.
        mutating func text(_ secret: String) -> (text: String, written: String) {
            let words = ["please", "send", "it", "to", "number", "7,", "über", "文", "thanks;", "(see", "below)"]
            let before = (0..<Int.random(in: 0...6, using: &self.random)).map { _ in self.pick(words) }.joined(
                separator: " "
            )
            let after = (0..<Int.random(in: 0...4, using: &self.random)).map { _ in self.pick(words) }.joined(
                separator: " "
            )
            switch Int.random(in: 0..<5, using: &self.random) {
            case 0: return ("\(before) \(secret) \(after)", secret)
            case 1: return (#"{"a":[1,{"note":"\#(before) \#(secret) \#(after)"}],"z":true}"#, secret)
            case 2:
                let written = self.escaped(secret)
                return (#"{"note":"\#(before)\n\#(written)\t\#(after)"}"#, written)
            case 3:
                let written = self.escaped(secret).split(separator: "\\", omittingEmptySubsequences: false).joined(
                    separator: #"\\"#
                )
                return (#"{"inner":"{\"note\":\"\#(written)\"}"}"#, written)
            default: return ("\(before)\n<\(secret)>\n\(after)", secret)
            }
        }
    }

    @Test("No byte sequence of a secret is in what is stored")
    func stored() throws {
        var generator = Generator(random: SeededRandom(seed: 20_261_124))
        let redactor = PairRedactor()
        for round in 0..<10_000 {
            let secret =
                switch round % 3 {
                case 0: generator.email()
                case 1: generator.card()
                default: generator.token()
                }
            let (text, written) = generator.text(secret)
            var pair = Pair(
                id: Int64(round),
                release: 1,
                requestID: secret,
                segments: [Segment(key: "k", value: String(secret.prefix(64)))],
                inputs: [NamedTensor(name: "text", tensor: .texts(["first", text, "", text]))],
                live: Leg(
                    outcome: .answered,
                    nanoseconds: 1,
                    outputs: [NamedTensor(name: "o", tensor: .texts([text]))]
                ),
                candidate: Leg(outcome: .error, reason: text, nanoseconds: 1)
            )
            pair.noise = pair.live
            var output = OutputComparison(name: "o", divergence: 1, diverged: true)
            output.liveClass = text
            output.fields = [
                FieldDifference(path: "$.a", kind: .value, live: "\"\(secret)\"", candidate: String(text.prefix(128))),
                FieldDifference(path: "$['\(secret.prefix(64))'].a", kind: .missing),
            ]
            let kept = redactor.redacted(pair)
            let comparison = redactor.redacted(
                PairComparison(outputs: [output]),
                live: ModelSignature(inputs: [], outputs: [])
            )
            let body = try #require(redactor.body(of: kept, comparison)).encoded()
            for planted in Set([secret, written]) {
                let remembered = [
                    redactor.place("$.a['x \(planted.prefix(62))'][*]", in: "o"), redactor.sentence("because: \(text)"),
                ]
                let planted = Array(planted.utf8)
                #expect(!body.contains(planted), "\(round): \(text)")
                for other in [kept.requestID, kept.candidate.reason] + kept.segments.map(\.value) + remembered {
                    #expect(!Array((other ?? "").utf8).contains(planted.prefix(40)), "\(round): \(text)")
                }
            }
        }
    }
}
