import NIOCore
import OpenInference
import ServingCore
import TestSupport
import Testing

@Suite("The model's name in a backend's answer")
struct InferResponseRewriterTests {
    private static let rewriter = InferResponseRewriter(model: "our\"s", version: "12")
    private static let name = #"our\"s"#

    private func rewrite(_ text: String, jsonLength: Int? = nil, isWhole: Bool = true) -> String? {
        var buffer = ByteBuffer(string: "before" + text)
        buffer.moveReaderIndex(forwardBy: 6)
        guard let result = Self.rewriter.rewrite(buffer, jsonLength: jsonLength, isWhole: isWhole) else { return nil }
        let rewritten = String(buffer: result.head) + String(buffer: result.rest)
        #expect(rewritten.utf8.count == text.utf8.count + result.growth)
        return rewritten
    }

    @Test(
        "both values are replaced and all other bytes stay",
        arguments: [
            #"{"model_name":"*","model_version":"?","outputs":[{"name":"y","data":[1,2]}]}"#,
            #"{"id":"1","model_name":"*","model_version":"?","outputs":[]}"#,
            #"{"model_version":"?","model_name":"*"}"#,
            #" { "outputs" : [ { "name" : "]}\"", "data": [[1], []] } ], "model_name" : "*", "model_version" : "?" } "#,
            "\n{\t\"parameters\":{\"model_name\":\"x\",\"a\":[[]]},\"x\":-1e5,\"y\":true,"
                + "\"model_name\":\"*\",\r\n\"model_version\":\"?\",\"z\":null}",
            #"{"model_name":"*","model_version":"?", this is not even JSON"#,
            #"{"data":["\\\\","a\\\"]b"],"model_name":"*","model_version":"?"}"#,
        ]
    )
    func both(_ pattern: String) {
        for (name, version) in [("m", "1"), ("", ""), (#"a \"very\" long\u0020name"#, "20240101")] {
            let given = pattern.replacing("*", with: name).replacing("?", with: version)
            let wanted = pattern.replacing("*", with: Self.name).replacing("?", with: "12")
            #expect(self.rewrite(given) == wanted)
        }
    }

    @Test("a version that is null or a number is replaced, one that is missing is not made up")
    func versions() {
        #expect(
            self.rewrite(#"{"id":"d","model_name":"m","model_version":null,"outputs":[]}"#)
                == #"{"id":"d","model_name":"our\"s","model_version":"12","outputs":[]}"#
        )
        #expect(
            self.rewrite(#"{"model_version":3,"model_name":"m"}"#) == #"{"model_version":"12","model_name":"our\"s"}"#
        )
        let long = String(repeating: "0.5,", count: 1000)
        #expect(
            self.rewrite(#"{"model_name":"m","outputs":[{"data":[\#(long)1]}]}"#)
                == #"{"model_name":"our\"s","outputs":[{"data":[\#(long)1]}]}"#
        )
    }

    @Test("binary data behind the JSON is not looked at")
    func binary() {
        let json = #"{"model_name":"m","outputs":[]}"#
        let tail = #","model_version":"1"}"#
        #expect(
            self.rewrite(json + tail, jsonLength: json.utf8.count) == #"{"model_name":"our\"s","outputs":[]}"# + tail
        )
        #expect(self.rewrite(json + tail) == nil)
    }

    @Test("what comes behind is a slice of the answer, not a copy")
    func slice() throws {
        var answer = ByteBuffer(string: #"{"model_name":"m","model_version":"1","outputs":"#)
        answer.writeRepeatingByte(0x20, count: 10_000)
        let result = try #require(Self.rewriter.rewrite(answer, jsonLength: nil))
        let address = { (buffer: ByteBuffer) in
            buffer.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) + UInt($0.count) }
        }
        #expect(address(result.rest) == address(answer))
        #expect(result.head.readableBytes < 60)
    }

    @Test(
        "nothing is done where the names cannot be found for sure",
        arguments: [
            "", " ", "[]", "null", "{}", "{", #"{"a""#, #"{"model_name""#, #"{"model_name":"#, #"{"model_name":"m""#,
            #"{"outputs":[]}"#, #"{"model_name":1,"model_version":"1"}"#, #"{"model_name":null,"model_version":"1"}"#,
            #"{"model_name":["m"],"model_version":"1"}"#, #"{"model_name":"m","model_version":["1"]}"#,
            #"{"model_name":"m","model_name":"n","model_version":"1"}"#,
            #"{"model\u005fname":"m","model_version":"1"}"#,
            #"{"model_name":"m","outputs":[}"#, #"{"model_name":"m","outputs":["a]}"#, #"{"model_name":"m"} x"#,
            #"{"model_name" "m","model_version":"1"}"#, #"{"x":,"model_name":"m","model_version":"1"}"#,
            #"{,"model_name":"m","model_version":"1"}"#, #"{"model_name":"m" "model_version":"1"}"#, "{\"a\\",
        ]
    )
    func impossible(_ answer: String) {
        #expect(self.rewrite(answer) == nil)
    }

    @Test("the first bytes are enough once they hold both, and never too few are taken for the whole")
    func parts() {
        let answer = #"{"id":"é\"","model_name":"m","model_version":"1","outputs":[{"name":"y","data":["a","b"]}]}"#
        let bytes = Array(answer.utf8)
        for length in 0...bytes.count {
            let result = Self.rewriter.rewrite(ByteBuffer(bytes: bytes[..<length]), jsonLength: nil, isWhole: false)
            #expect((result != nil) == (length >= #"{"id":"é\"","model_name":"m","model_version":"1""#.utf8.count))
        }
        let unversioned = #"{"model_name":"m","outputs":[]}"#
        #expect(self.rewrite(unversioned, isWhole: false) == nil)
        #expect(self.rewrite(unversioned) != nil)
    }

    @Test("a header that lies outside the answer does no harm", arguments: [-5, 0, 10, 1000, Int.max, Int.min])
    func header(_ length: Int) {
        _ = self.rewrite(#"{"model_name":"m","model_version":"1"}"#, jsonLength: length)
    }

    @Test("what comes out has our names, wherever they stand among other members")
    func random() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            var members = (0..<Int(random.next() % 6)).map { "\"k\($0)\":\(self.value(&random, depth: 3))" }
            let version = random.next() & 1 == 0
            members.insert(#""model_name":"x""#, at: Int(random.next() % UInt64(members.count + 1)))
            if version { members.insert(#""model_version":"y""#, at: Int(random.next() % UInt64(members.count + 1))) }
            let answer = "{" + members.joined(separator: ",") + "}"
            let wanted = answer.replacing(#""model_name":"x""#, with: #""model_name":"our\"s""#)
                .replacing(#""model_version":"y""#, with: #""model_version":"12""#)
            #expect(self.rewrite(answer) == wanted)
        }
    }

    private func value(_ random: inout SeededRandom, depth: Int) -> String {
        switch random.next() % (depth > 0 ? 7 : 4) {
        case 0: return "-1.5e\(random.next() % 9)"
        case 1: return ["true", "null", "false"][Int(random.next() % 3)]
        case 2, 3: return #""\#(String(repeating: #"a]\"}\\"#, count: Int(random.next() % 9)))""#
        case 4:
            let numbers = (0..<Int(random.next() % 40)).map { "\($0).25" }
            return "[" + numbers.joined(separator: ",") + "]"
        case 5:
            let items = (0..<Int(random.next() % 4)).map { _ in self.value(&random, depth: depth - 1) }
            return "[" + items.joined(separator: ", ") + "]"
        default:
            let items = (0..<Int(random.next() % 4)).map { "\"\($0)\": \(self.value(&random, depth: depth - 1))" }
            return "{" + items.joined(separator: ",") + "}"
        }
    }
}
