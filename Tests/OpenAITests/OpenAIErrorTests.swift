import NIOCore
import OpenAI
import ServingCore
import Testing

@Suite("Answers of our own in OpenAI's shapes")
struct OpenAIErrorTests {
    @Test("an error has message, type, param and code")
    func document() {
        #expect(
            String(buffer: OpenAIError(.invalidRequest, "n must be \"1\"", param: "n").document())
                == "{\"error\":{\"message\":\"n must be \\\"1\\\"\",\"type\":\"invalid_request_error\",\"param\":\"n\","
                + "\"code\":\"invalid_request\"}}"
        )
        #expect(
            String(buffer: OpenAIError(InferenceError(.notFound, "no such model")).document())
                == "{\"error\":{\"message\":\"no such model\",\"type\":\"invalid_request_error\",\"param\":null,"
                + "\"code\":\"model_not_found\"}}"
        )
    }

    @Test("every reason has a document that is read back as an error", arguments: InferenceError.Code.allCases)
    func codes(_ code: InferenceError.Code) {
        let document = String(buffer: OpenAIError(code, "why").document())
        #expect(Recordings.read(document).fault?.message == "the backend said 'why'")
    }

    @Test("an error in mid-stream is an event of its own, wherever the stream broke off")
    func event() {
        let stream = Transcripts.openAI.utf8
        for length in stride(from: 0, to: stream.count - 20, by: 7) {
            var sent = ByteBuffer(bytes: stream.prefix(length))
            var reader = SSEReader()
            reader.read(sent)
            sent.writeImmutableBuffer(OpenAIError(.timeout, "why").event(isBetweenEvents: reader.isBetweenEvents))
            var last = ""
            var whole = SSEReader()
            whole.read(sent) { event in
                if case .data(let bytes) = event { last = String(decoding: bytes, as: UTF8.self) }
            }
            #expect(whole.isBetweenEvents)
            #expect(!whole.isDone)
            #expect(last.hasPrefix("{\"error\":{\"message\":\"why\""))
        }
    }

    @Test("the list of models, and one of them")
    func models() {
        let entries = [ModelList.Entry(id: "a\"b", created: 1_700_000_000), ModelList.Entry(id: "c", created: 0)]
        let first = "{\"id\":\"a\\\"b\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"teal\"}"
        #expect(
            String(buffer: ModelList.document(entries))
                == "{\"object\":\"list\",\"data\":[\(first),"
                + "{\"id\":\"c\",\"object\":\"model\",\"created\":0,\"owned_by\":\"teal\"}]}"
        )
        #expect(String(buffer: ModelList.document(entries[0])) == first)
        #expect(String(buffer: ModelList.document([])) == "{\"object\":\"list\",\"data\":[]}")
    }
}
