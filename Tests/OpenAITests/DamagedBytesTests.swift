import NIOCore
import OpenAI
import ServingCore
import TestSupport
import Testing

/// Nothing that comes over the wire traps, and nothing damaged passes for whole without being so.
@Suite("Damaged bytes")
struct DamagedBytesTests {
    private static let request = Array(
        #"{"messages":[{"role":"user","content":[{"type":"text","text":"H\u00e9"}]}],"model":"m","n":1}"#.utf8
    )

    private static let values: [UInt8] = [
        0, 0x20, 0x22, 0x2C, 0x2D, 0x39, 0x3A, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xFF,
    ]

    /// Reads, rewrites and turns into tensors; returns whether the bytes were a request.
    private static func use(_ bytes: some Sequence<UInt8>, _ reader: OpenAIRequestReader) -> Bool {
        let body = ByteBuffer(bytes: bytes)
        do throws(OpenAIError) {
            let request = try reader.read(body, as: .chatCompletions)
            let rewritten = ModelRewriter(model: "other").rewrite(body, of: request)
            let again = try reader.read(rewritten, as: .chatCompletions)
            #expect(again.model == "other")
            #expect(again.choices == request.choices)
            let tensors = try reader.tensors(of: body, as: .chatCompletions)
            let sent = try reader.outgoing(tensors[1], for: .generation, ModelRewriter(model: request.model))
            #expect(sent.request.model == request.model)
            return true
        } catch {
            #expect(error.code == .invalidRequest || error.code == .tooLarge)
            return false
        }
    }

    @Test("no beginning of a request is one")
    func cutRequest() {
        let reader = OpenAIRequestReader()
        for end in Self.request.indices { #expect(!Self.use(Self.request[..<end], reader)) }
        #expect(Self.use(Self.request, reader))
    }

    @Test("a request with any byte damaged is refused or still one")
    func damagedRequest() {
        let reader = OpenAIRequestReader()
        for index in Self.request.indices {
            for value in Self.values {
                var bytes = Self.request
                bytes[index] = value
                _ = Self.use(bytes, reader)
            }
        }
    }

    @Test("no beginning of a stream is a whole answer, however the connection ended", arguments: [true, false])
    func cutStream(_ isWhole: Bool) {
        let reader = OpenAIAnswerReader()
        let bytes = Array(Transcripts.vLLM.utf8)
        // Without the end of [DONE]; the stop before it is an end as well, when the connection ended as announced.
        let stop = Transcripts.vLLM.utf8.count - Transcripts.vLLM.drop(while: { $0 != "4" }).utf8.count
        for end in 0..<(isWhole ? stop : bytes.count - 4) {
            let recording = Recordings.of([ByteBuffer(bytes: bytes[..<end])], isWhole: isWhole)
            if reader.read(recording, of: .generation).fault == nil { Issue.record("whole at \(end)") }
        }
    }

    @Test("a stream with any byte damaged gives an answer or a fault", arguments: Transcripts.streams.indices)
    func damagedStream(_ index: Int) {
        let reader = OpenAIAnswerReader()
        let bytes = Array(Transcripts.streams[index].utf8)
        for index in bytes.indices {
            for value in Self.values + [0x0A, 0x0D] {
                var damaged = bytes
                damaged[index] = value
                let answer = reader.read(Recordings.of([ByteBuffer(bytes: damaged)]), of: .generation)
                #expect(answer.tensors(of: .generation).count == 7)
            }
        }
    }

    @Test("noise, alone and within a stream")
    func noise() {
        let reader = OpenAIAnswerReader()
        let requests = OpenAIRequestReader()
        var random = SeededRandom(seed: 36)
        let words = [
            "data:", "data: ", "\n", "\r", "\n\n", "{", "}", "[", "]", "\"", ":", ",", "\"choices\"", "\"delta\"",
            "null", "\"index\"", "0", "-1", "1e308", "\"content\"", "\\u", "\\ud800", "[DONE]", "error:", "ü", " ",
            "\"tool_calls\"", "\"function\"", "\"arguments\"", "\"data\"", "\"embedding\"", "\"AAAA\"",
            "\"error\"", "\"message\"",
        ]
        for _ in 0..<10_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                bytes += (words.randomElement(using: &random) ?? "").utf8
            }
            for _ in 0..<Int.random(in: 0..<3, using: &random) {
                if let index = bytes.indices.randomElement(using: &random) {
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                }
            }
            let position = Int.random(in: 0...bytes.count, using: &random)
            let recording = Recordings.of(Recordings.cut(bytes, at: [position]), status: 200)
            for task in OpenAITask.allCases { _ = reader.read(recording, of: task).tensors(of: task) }
            _ = reader.read(Recordings.of(Recordings.cut(bytes, at: [position]), status: 500), of: .generation)
            _ = Self.use(bytes, requests)
        }
    }

    @Test("documents nested as deep as the limit and deeper")
    func depth() {
        let reader = OpenAIAnswerReader()
        for depth in [100, 117, 118, 119, 120, 127, 128, 129, 1000, 1_000_000] {
            let nested = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
            let answer = { (arguments: String) in
                #"{"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":\#(arguments)}}]}}]}"#
            }
            let inObject = reader.read(Recordings.of([answer(nested)]), of: .generation)
            #expect(depth > 110 || inObject.fault == nil)
            #expect(depth < 128 || inObject.fault?.code == .invalidOutput)
            let inText = reader.read(Recordings.of([answer("\"\(nested)\"")]), of: .generation)
            #expect(inText.fault == nil)
            let parsed = inText.choices.first?.toolCalls.hasPrefix("[{\"arguments\":[")
            #expect(parsed == (depth < 128), "\(depth): too deep to be parsed is kept as text")
        }
    }
}
