import NIOCore
import OpenAI
import Testing

@Suite("The model's name in answers")
struct AnswerModelRewriterTests {
    /// The answer, given in pieces of `size` bytes.
    private static func rewrite(_ text: String, isStream: Bool, piece size: Int = .max) -> String {
        var rewriter = AnswerModelRewriter(model: "our \"one\"").begun(isStream: isStream)
        var rest = ByteBuffer(string: text)
        var out = ByteBuffer()
        while let piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
            out.writeImmutableBuffer(rewriter.rewrite(piece))
        }
        return String(buffer: out)
    }

    private static let plain = [
        (#"{"model":"a"}"#, #"{"model":"our \"one\""}"#),
        (#"{"id":"x","model":"a\"b\\","n":1}"#, #"{"id":"x","model":"our \"one\"","n":1}"#),
        (
            "\n{ \"n\" : [1,{\"model\":\"a\"}] ,\n\"model\" :\t\"a\" } ",
            "\n{ \"n\" : [1,{\"model\":\"a\"}] ,\n\"model\" :\t\"our \\\"one\\\"\" } "
        ),
        (
            #"{"data":[{"embedding":[0.5,-1e3],"model":"a"},{"t":"]},\"model\":\"a\""}],"e":true,"model":"a"}"#,
            #"{"data":[{"embedding":[0.5,-1e3],"model":"a"},{"t":"]},\"model\":\"a\""}],"e":true,"model":"our \"one\""}"#
        ),
        (#"{"models":"a","mode":"a","model":null,"x":{}}"#, #"{"models":"a","mode":"a","model":null,"x":{}}"#),
        (#"{"text":"\"model\":\"a\"","\\model":"a"}"#, #"{"text":"\"model\":\"a\"","\\model":"a"}"#),
        (#"["model","a"]"#, #"["model","a"]"#), ("no JSON", "no JSON"), ("", ""), ("}}}]", "}}}]"),
    ]

    private static let streams = [
        (
            "data: {\"model\":\"a\",\"c\":[]}\n\ndata:{\"c\":[{\"model\":\"a\"}],\"model\":\"a\"}\r\n\r\ndata: [DONE]\n\n",
            "data: {\"model\":\"our \\\"one\\\"\",\"c\":[]}\n\ndata:{\"c\":[{\"model\":\"a\"}],\"model\":\"our \\\"one\\\"\"}\r\n\r\n"
                + "data: [DONE]\n\n"
        ),
        (
            ": data: {\"model\":\"a\"}\nevent: x\ndatum: {\"model\":\"a\"}\n\n",
            ": data: {\"model\":\"a\"}\nevent: x\ndatum: {\"model\":\"a\"}\n\n"
        ),
        // An event that breaks off says nothing of the next one.
        (
            "data: {\"a\":[[\"\ndata: {\"model\":\"a\"}\n\ndata: {\"model\":\"a\"}\n\n",
            "data: {\"a\":[[\"\ndata: {\"model\":\"a\"}\n\ndata: {\"model\":\"our \\\"one\\\"\"}\n\n"
        ),
    ]

    @Test("only what stands behind the top level's `model` changes, wherever the answer is cut")
    func plainAnswers() {
        for (text, expected) in Self.plain {
            for size in [Int.max, 1, 2, 3, 7] {
                #expect(Self.rewrite(text, isStream: false, piece: size) == expected)
            }
        }
    }

    @Test("of a stream each event has our name, wherever it is cut")
    func streamedAnswers() {
        for (text, expected) in Self.streams {
            for size in [Int.max, 1, 2, 3, 7] {
                #expect(Self.rewrite(text, isStream: true, piece: size) == expected)
            }
        }
    }

    @Test("the lines of one event are one object, also with other lines between", arguments: ["\n", "\r", "\r\n"])
    func severalLines(end: String) {
        let lines = [
            "data: {\"c\": [", "data: {\"model\": \"a\"}", "data: ],", ": data: {\"model\": \"a\"}", "data:", "id: 1",
            "data: \"model\":", "data: \"a\"", "data: }", "data: {\"model\": \"a\"}", "", "data: {",
            "data: \"model\": \"a\"}", "",
        ]
        var expected = lines
        expected[7] = "data: \"our \\\"one\\\"\""
        expected[12] = "data: \"model\": \"our \\\"one\\\"\"}"
        for size in [Int.max, 1, 2, 3, 7] {
            let rewritten = Self.rewrite(lines.joined(separator: end), isStream: true, piece: size)
            #expect(rewritten == expected.joined(separator: end))
        }
    }

    @Test("a piece without a name is the one that came")
    func untouched() {
        var rewriter = AnswerModelRewriter(model: "b").begun(isStream: true)
        let piece = ByteBuffer(string: "data: {\"c\":[]}\n\n")
        #expect(rewriter.rewrite(piece) == piece)
    }
}
