import NIOCore
import OpenAI
import ServingCore
import Testing

@Suite("Answers at fault")
struct AnswerFaultTests {
    private static let token = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"

    @Test(
        "an error inside a stream of status 200 is the answer's fault, in each server's shape",
        arguments: [
            (
                "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n",
                InferenceError.Code.modelFailed, "the backend said 'boom'"
            ),
            (
                "data: {\"object\":\"error\",\"message\":\"boom\",\"type\":\"BadRequestError\",\"code\":400}\n\n",
                .modelFailed, "the backend said 'boom'"
            ),
            ("data: {\"error\":{\"message\":\"busy\",\"code\":503}}\n\n", .overloaded, "the backend said 'busy'"),
            ("data: {\"error\":\"boom\"}\n\n", .modelFailed, "the backend said 'boom'"),
            ("data: {\"error\":{}}\n\n", .modelFailed, "the backend said nothing more"),
            ("error: {\"code\":400,\"message\":\"too long\"}\n\n", .invalidRequest, "the backend said 'too long'"),
            ("error: plain\n\n", .modelFailed, "the backend said 'plain'"),
            ("event: error\ndata: {\"error\":{\"message\":\"boom\"}}\n\n", .modelFailed, "the backend said 'boom'"),
        ]
    )
    func errorInStream(_ event: String, _ code: InferenceError.Code, _ message: String) {
        let answer = Recordings.read(Self.token + event + "data: [DONE]\n\n")
        #expect(answer.fault == InferenceError(code, message))
        #expect(answer.choices.map(\.text) == ["a"])
    }

    @Test("llama.cpp's error field and OpenVINO's bare object are found though they look like an end")
    func transcripts() {
        #expect(
            Recordings.read(Transcripts.llamaCppError).fault
                == InferenceError(.invalidRequest, "the backend said 'the request exceeds the available context size'")
        )
        #expect(
            Recordings.read(Transcripts.openVINOError).fault
                == InferenceError(
                    .modelFailed,
                    "the backend said 'Mediapipe execution failed. MP status - INVALID_ARGUMENT'"
                )
        )
        #expect(Recordings.read("{\"error\":\"at once\"}").fault?.message == "the backend said 'at once'")
    }

    @Test("error null is none")
    func errorNull() {
        #expect(Recordings.read("{\"error\":null,\(Transcripts.openAIDocument.dropFirst())").fault == nil)
    }

    @Test("a stream is whole with [DONE], or when every choice ended and the connection did too")
    func ends() {
        let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        #expect(Recordings.read(Self.token, "data: [DONE]\n\n").fault == nil)
        #expect(Recordings.read(Self.token, "data: [DONE]\n\n", isWhole: false).fault == nil)
        #expect(Recordings.read(Self.token, end).fault == nil)
        #expect(
            Recordings.read(Self.token, end, isWhole: false).fault
                == InferenceError(.backendFailed, "the stream broke off before its end")
        )
        #expect(
            Recordings.read(Self.token).fault == InferenceError(.backendFailed, "the stream ended without [DONE]")
        )
        let other = "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n"
        #expect(Recordings.read(other, end).fault?.code == .backendFailed)
    }

    @Test("a document that broke off, is empty or is none")
    func documents() {
        #expect(Recordings.read(Transcripts.openAIDocument, isWhole: false).fault?.code == .backendFailed)
        #expect(Recordings.read("", isWhole: false).fault?.code == .backendFailed)
        #expect(Recordings.read("").fault?.code == .invalidOutput)
        #expect(Recordings.read("{\"choices\":[").fault?.code == .invalidOutput)
        #expect(Recordings.read("<html></html>").fault?.code == .backendFailed)
        #expect(Recordings.read("{}").fault == InferenceError(.invalidOutput, "the answer has no choices"))
        #expect(Recordings.read("data: [DONE]\n\n").fault?.message == "the answer has no choices")
    }

    @Test(
        "an event that cannot be read is a fault, and what came before is kept",
        arguments: [
            "data: {\"choices\":[}\n\n", "data: [1]\n\n", "data: {\"choices\":{}}\n\n", "data: {\"choices\":[7]}\n\n",
            "data: {\"choices\":[{\"index\":128}]}\n\n", "data: {\"choices\":[{\"index\":-1}]}\n\n",
            "data: {\"choices\":[{\"index\":\"0\"}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"\\ud83d\"}}]}\n\n",
            "data: \(String(repeating: "[", count: 100_000))\n\n",
            "data: \(String(repeating: "x", count: 1 << 21))\n\n",
        ]
    )
    func unreadable(_ event: String) {
        let answer = Recordings.read(Self.token + event + "data: [DONE]\n\n")
        #expect(answer.fault?.code == .invalidOutput)
        #expect(answer.choices.map(\.text) == ["a"])
    }

    @Test(
        "a status that is none of success is told with what the backend says",
        arguments: [
            (400, #"{"error":{"message":"no"}}"#, InferenceError.Code.invalidRequest, ": 'no'"),
            (401, #"{"error":"who?"}"#, .forbidden, ": 'who?'"),
            (404, #"{"object":"error","message":"gone"}"#, .notFound, ": 'gone'"),
            (422, #"{"detail":"odd"}"#, .invalidRequest, ": 'odd'"),
            (422, #"{"detail":[{"loc":["body"]}]}"#, .invalidRequest, ""),
            (429, #"{"message":"slow down"}"#, .overloaded, ": 'slow down'"),
            (500, "<html>", .modelFailed, ""), (503, "", .overloaded, ""), (504, "", .timeout, ""),
            (502, "", .backendFailed, ""), (302, "", .backendFailed, ""),
        ]
    )
    func status(_ status: Int, _ body: String, _ code: InferenceError.Code, _ message: String) {
        let answer = Recordings.read(body, status: status)
        #expect(answer.fault == InferenceError(code, "the backend answered \(status)\(message)"))
        #expect(answer.isRefused)
    }

    @Test("a long message of a backend is cut")
    func longMessage() throws {
        let text = String(repeating: "ü", count: 10_000)
        let fault = try #require(Recordings.read("{\"error\":\"\(text)\"}").fault)
        #expect(fault.message.utf8.count < 300)
    }

    @Test("an answer over the limit is dropped as a whole")
    func overLimit() {
        var recording = AnswerRecording(startedAt: 0, maxBytes: 1000)
        for time in 0..<40 as Range<UInt64> { recording.append(ByteBuffer(string: "0123456789"), at: time) }
        #expect(recording.isCut)
        #expect(recording.body.readableBytes == 0)
        recording.end(at: 40, isWhole: true)
        #expect(OpenAIAnswerReader().read(recording, of: .generation).fault?.code == .invalidOutput)
    }

    @Test("a clock that stands or goes back gives times of nothing")
    func clock() {
        var recording = AnswerRecording(startedAt: 100)
        recording.append(ByteBuffer(string: Self.token), at: 50)
        recording.append(ByteBuffer(string: Self.token + "data: [DONE]\n\n"), at: 20)
        recording.end(at: 10, isWhole: true)
        let answer = OpenAIAnswerReader().read(recording, of: .generation)
        #expect(answer.fault == nil)
        #expect(answer.untimed == answer)
    }
}
