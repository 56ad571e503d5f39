import NIOCore
import OpenAI
import ServingCore
import Testing

@Suite("Requests and answers as tensors")
struct OpenAITensorTests {
    private static func inputs(_ json: String, as operation: OpenAIOperation = .chatCompletions) throws -> [Tensor] {
        let tensors = try OpenAIRequestReader().tensors(of: ByteBuffer(string: json), as: operation)
        let specs = operation.task.signature.inputs
        #expect(tensors.count == specs.count)
        for (tensor, spec) in zip(tensors, specs) {
            #expect(tensor.datatype == spec.datatype)
            #expect(spec.accepts(shape: tensor.shape))
            #expect(BytesElements.count(in: tensor.bytes) == tensor.elementCount)
        }
        return tensors
    }

    private static func prompt(_ messages: String) throws -> String? {
        try self.inputs("{\"model\":\"m\",\"messages\":\(messages)}").first?.texts.first
    }

    @Test(
        "messages become text, newest first, and what is no text is named",
        arguments: [
            ("[{\"role\":\"user\",\"content\":\"Hi\"}]", "user: Hi"),
            (
                "[{\"role\":\"system\",\"content\":\"Be brief\"},{\"role\":\"user\",\"content\":\"One?\"},"
                    + "{\"role\":\"assistant\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"Two?\"}]",
                "user: Two?\nassistant: 1\nuser: One?\nsystem: Be brief"
            ),
            (
                #"[{"role":"user","content":[{"type":"text","text":"What is"},{"type":"image_url","image_url":"#
                    + #"{"url":"data:image/png;base64,AAAA"}},{"type":"input_audio","input_audio":{}}]}]"#,
                "user: What is [image_url] [input_audio]"
            ),
            (
                "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}}]},"
                    + "{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"sunny\"}]",
                "tool: sunny\nassistant:  f {\"x\":1}"
            ),
            ("[{\"role\":\"assistant\",\"refusal\":\"No\"}]", "assistant: No"), ("[]", ""),
            ("[7,{},{\"content\":7},{\"role\":[]},{\"content\":[{},7,\"a\"]}]", "[unknown] [unknown] a"),
        ]
    )
    func messages(_ messages: String, _ expected: String) throws {
        #expect(try Self.prompt(messages) == expected)
    }

    @Test(
        "prompts of completions become text, token ids are counted",
        arguments: [
            ("\"Hi\"", "Hi"), ("[\"a\",\"b\"]", "a\nb"), ("[1,2,3]", "[3 tokens]"), ("[[1,2],[3]]", "[3 tokens]"),
            ("null", ""), ("[\"a\",5]", "a\n[1 tokens]"),
        ]
    )
    func prompts(_ prompt: String, _ expected: String) throws {
        let inputs = try Self.inputs("{\"model\":\"m\",\"prompt\":\(prompt)}", as: .completions)
        #expect(inputs.first?.texts == [expected])
    }

    @Test(
        "each input of embeddings is one element",
        arguments: [
            ("\"Hi\"", ["Hi"]), ("[\"a\",\"\"]", ["a", ""]), ("[1, 2]", ["[1,2]"]), ("[[1, 2],[3]]", ["[1,2]", "[3]"]),
        ]
    )
    func embeddingInputs(_ input: String, _ expected: [String]) throws {
        let inputs = try Self.inputs("{\"model\":\"m\",\"input\":\(input)}", as: .embeddings)
        #expect(inputs.first?.texts == expected)
    }

    @Test("a long prompt is cut between characters, its newest part kept")
    func longPrompt() throws {
        let old = "{\"role\":\"user\",\"content\":\"old\"}"
        let new = "{\"role\":\"user\",\"content\":\"x\(String(repeating: "ü", count: 40_000))\"}"
        let text = try #require(try Self.prompt("[\(old),\(new)]"))
        #expect(text.hasPrefix("user: xüü"))
        #expect(text.hasSuffix("ü"))
        #expect((32_767...32_768).contains(text.utf8.count))
    }

    @Test("request is the body without white space, its members in their order and spelling")
    func request() throws {
        let json = " {\n \"model\" : \"m\",\t\"z\": [1.50 , \"a b\\u0020\\\" \"], \"messages\":[ ],\"a\":{ } }\r\n"
        #expect(
            try Self.inputs(json).last?.texts
                == ["{\"model\":\"m\",\"z\":[1.50,\"a b\\u0020\\\" \"],\"messages\":[],\"a\":{}}"]
        )
    }

    @Test(
        "from request back to a body with the candidate's model, which is the operation the client asked for",
        arguments: [
            ("{\"model\":\"m\",\"messages\":[],\"stream\":true}", OpenAIOperation.chatCompletions),
            ("{\"model\":\"m\",\"prompt\":\"Hi\",\"stream\":true}", .completions),
            ("{\"model\":\"m\",\"prompt\":\"Hi\",\"messages\":null,\"stream\":true}", .completions),
            ("{\"model\":\"m\",\"input\":[\"Hi\"],\"dimensions\":8,\"stream\":true}", .embeddings),
        ]
    )
    func outgoing(_ json: String, _ operation: OpenAIOperation) throws {
        let reader = OpenAIRequestReader()
        let tensors = try reader.tensors(of: ByteBuffer(string: json), as: operation)
        let request = try #require(tensors.last)
        let sent = try reader.outgoing(request, for: operation.task, ModelRewriter(model: "candidate"))
        #expect(sent.request.operation == operation)
        #expect(sent.request.isStreamed)
        #expect(String(buffer: sent.body) == json.replacing("\"m\"", with: "\"candidate\""))
    }

    @Test("a request tensor that holds no request is refused")
    func noRequest() {
        let reader = OpenAIRequestReader()
        for bytes in [[], [1], [9, 0, 0, 0, 1], [0, 0, 0, 0], [2, 0, 0, 0, 0x7B, 0x7D]] as [[UInt8]] {
            let tensor = Tensor(datatype: .bytes, shape: [1], bytes: TensorBytes(copying: bytes))
            #expect(throws: OpenAIError.self) {
                try reader.outgoing(tensor, for: .generation, ModelRewriter(model: "c"))
            }
        }
        let number = Tensor(datatype: .fp32, shape: [1], bytes: TensorBytes(copying: [0, 0, 0, 0]))
        #expect(throws: OpenAIError.self) {
            try reader.outgoing(number, for: .generation, ModelRewriter(model: "c"))
        }
    }

    @Test("an answer becomes the outputs of the signature, one element per choice")
    func outputs() {
        for transcript in [Transcripts.openAI, Transcripts.vLLMCompletions, Transcripts.openAITools] {
            let answer = Recordings.read(transcript)
            let tensors = answer.tensors(of: .generation)
            let specs = OpenAITask.generation.signature.outputs
            #expect(tensors.count == specs.count)
            for (tensor, spec) in zip(tensors, specs) {
                #expect(tensor.datatype == spec.datatype)
                #expect(spec.accepts(shape: tensor.shape))
            }
            #expect(tensors.prefix(3).allSatisfy { $0.shape == [Int64(answer.choices.count)] })
        }
        let tensors = Recordings.read("", Transcripts.openAI).tensors(of: .generation)
        #expect(tensors.prefix(3).map(\.texts) == [["Grüße 😀!"], ["[]"], ["stop"]])
        #expect(tensors[3].values(Int64.self) == [19])
        #expect(tensors[4].values(Int64.self) == [4])
        #expect(tensors[5].values(Double.self) == [2])
        #expect(tensors[6].values(Double.self) == [0])
    }

    @Test("tokens that nobody counted are -1, a refusal stands where the text would")
    func missing() {
        let tensors = Recordings.read(Recordings.stream(["{\"refusal\":\"No.\"}"])).tensors(of: .generation)
        #expect(tensors[0].texts == ["No."])
        #expect(tensors[3].values(Int64.self) == [-1])
        #expect(tensors[4].values(Int64.self) == [-1])
    }
}
