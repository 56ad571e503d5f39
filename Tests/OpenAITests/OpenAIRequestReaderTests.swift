import NIOCore
import OpenAI
import ServingCore
import Testing

@Suite("Requests of the OpenAI API")
struct OpenAIRequestReaderTests {
    static func read(
        _ json: String,
        as operation: OpenAIOperation = .chatCompletions,
        limits: OpenAILimits = .init()
    ) throws(OpenAIError) -> OpenAIRequest {
        try OpenAIRequestReader(limits: limits).read(ByteBuffer(string: json), as: operation)
    }

    static func refusal(
        _ json: String,
        as operation: OpenAIOperation = .chatCompletions,
        limits: OpenAILimits = .init()
    ) -> OpenAIError? {
        do throws(OpenAIError) {
            _ = try self.read(json, as: operation, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    /// A chat request with further members.
    static func chat(_ more: String = "") -> String {
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]\(more.isEmpty ? "" : ",")\(more)}"
    }

    @Test("the smallest request of each kind is read with defaults")
    func defaults() throws {
        let bodies: [(OpenAIOperation, String)] = [
            (.chatCompletions, Self.chat()), (.completions, "{\"model\":\"m\"}"),
            (.embeddings, "{\"model\":\"m\",\"input\":\"Hi\"}"),
        ]
        for (operation, body) in bodies {
            let request = try Self.read(body, as: operation)
            #expect(request.operation == operation)
            #expect(request.model == "m")
            #expect(!request.isStreamed)
            #expect(!request.includesUsage)
            #expect(request.maxTokens == nil)
            #expect(request.choices == 1)
            #expect(request.user == nil)
            #expect(request.bodyBytes == body.utf8.count)
        }
    }

    @Test("every field that is set is read")
    func fields() throws {
        let request = try Self.read(
            Self.chat(
                """
                "stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true},"max_tokens":7,\
                "n":2,"user":"u-1","temperature":0.5,"tools":[{"type":"function"}]
                """
            )
        )
        #expect(request.isStreamed)
        #expect(request.includesUsage)
        #expect(request.maxTokens == 7)
        #expect(request.choices == 2)
        #expect(request.user == "u-1")
    }

    @Test("null is the same as a field that is not there")
    func null() throws {
        let fields = ["stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "user"]
        let request = try Self.read(Self.chat(fields.map { "\"\($0)\":null" }.joined(separator: ",")))
        #expect(try request == Self.read(Self.chat(fields.map { "\"\($0)\":null" }.joined(separator: ","))))
        #expect(!request.isStreamed && request.choices == 1 && request.maxTokens == nil && request.user == nil)
    }

    @Test(
        "the newer limit of tokens wins, less than nothing is no limit, and a number may be written as a fraction",
        arguments: [
            ("\"max_tokens\":5", 5), ("\"max_completion_tokens\":6", 6),
            ("\"max_tokens\":5,\"max_completion_tokens\":6", 6), ("\"max_tokens\":-1", nil), ("\"max_tokens\":8.0", 8),
            ("\"max_tokens\":18446744073709551615", Int.max),
        ] as [(String, Int?)]
    )
    func maxTokens(_ more: String, _ limit: Int?) throws {
        #expect(try Self.read(Self.chat(more)).maxTokens == limit)
    }

    @Test(
        "a refusal names the field and what would be right",
        arguments: [
            ("{\"messages\":[]}", "model", "the request has no model"),
            ("{\"model\":null,\"messages\":[]}", "model", "the request has no model"),
            ("{\"model\":7,\"messages\":[]}", "model", "model must be a string, not 7"),
            ("{\"model\":\"\",\"messages\":[]}", "model", "model must be 1 to 256 bytes long, not 0"),
            ("{\"model\":\"m\"}", "messages", "the request has no messages"),
            (
                "{\"model\":\"m\",\"messages\":\"Hi\"}", "messages",
                "messages must be a list of messages, not the string 'Hi'"
            ),
            (chat("\"stream\":\"yes\""), "stream", "stream must be true or false, not the string 'yes'"),
            (chat("\"stream\":1"), "stream", "stream must be true or false, not 1"),
            (chat("\"stream_options\":[]"), "stream_options", "stream_options must be an object, not an array"),
            (
                chat("\"stream_options\":{\"include_usage\":0}"), "stream_options.include_usage",
                "stream_options.include_usage must be true or false, not 0"
            ),
            (chat("\"max_tokens\":1.5"), "max_tokens", "max_tokens must be a whole number, not 1.5"),
            (
                chat("\"max_completion_tokens\":\"9\""), "max_completion_tokens",
                "max_completion_tokens must be a whole number, not the string '9'"
            ),
            (chat("\"n\":0"), "n", "n must be between 1 and 128, not 0"),
            (chat("\"n\":129"), "n", "n must be between 1 and 128, not 129"),
            (chat("\"n\":-9223372036854775808"), "n", "n must be between 1 and 128, not -9223372036854775808"),
            (chat("\"user\":{}"), "user", "user must be a string, not an object"),
        ]
    )
    func wrongField(_ json: String, _ param: String, _ message: String) {
        #expect(Self.refusal(json) == OpenAIError(.invalidRequest, message, param: param))
    }

    @Test("content is asked for under the name it has in each operation")
    func content() {
        #expect(Self.refusal("{\"model\":\"m\"}", as: .embeddings)?.param == "input")
        #expect(Self.refusal("{\"model\":\"m\",\"input\":{}}", as: .embeddings)?.param == "input")
        #expect(Self.refusal("{\"model\":\"m\",\"prompt\":1}", as: .completions)?.param == "prompt")
        #expect(Self.refusal("{\"model\":\"m\",\"prompt\":[1,2]}", as: .completions) == nil)
    }

    @Test(
        "a field that is read must not occur twice, in whatever spelling",
        arguments: [
            ("\"model\":\"m2\"", "model"), ("\"\\u006dodel\":\"m2\"", "model"), ("\"messages\":[]", "messages"),
            ("\"stream\":true,\"stream\":true", "stream"), ("\"n\":1,\"n\":1", "n"),
            (
                "\"stream_options\":{\"include_usage\":true,\"include_usage\":false}",
                "stream_options.include_usage"
            ),
        ]
    )
    func duplicates(_ more: String, _ field: String) {
        #expect(
            Self.refusal(Self.chat(more))
                == OpenAIError(.invalidRequest, "\(field) occurs twice in one object", param: field)
        )
    }

    @Test("fields that are not read may be anything, also twice")
    func otherFields() {
        #expect(Self.refusal(Self.chat("\"seed\":1,\"seed\":{\"model\":[\"x\"]},\"\":null")) == nil)
    }

    @Test(
        "what is no JSON object is refused with the place of the fault",
        arguments: [
            ("", "the body is empty; a request is a JSON object with a model"),
            ("[]", "the body is an array; a request is a JSON object with a model"),
            ("{\"model\":\"m\"", "the body is not JSON, at byte 12: the document ends too early"),
            ("{\"user\":\"\\ud800\"}", "the body is not JSON, at byte 9: a lone surrogate"),
            ("{\"user\":\"\\udc00\\ud800\"}", "the body is not JSON, at byte 9: a lone surrogate"),
            ("{\"n\":NaN}", "the body is not JSON, at byte 5: expected a value"),
            ("{\"n\":1}{}", "the body is not JSON, at byte 7: something follows the end of the document"),
            (String(repeating: "[", count: 1_000_000), "the body is not JSON, at byte 127: nested more than 127 deep"),
        ]
    )
    func malformed(_ json: String, _ message: String) {
        #expect(Self.refusal(json) == OpenAIError(.invalidRequest, message))
    }

    @Test("what is larger than the limits is refused")
    func limits() {
        var limits = OpenAILimits()
        limits.maxRequestBytes = 10
        #expect(Self.refusal(Self.chat(), limits: limits)?.code == .tooLarge)
        let user = String(repeating: "u", count: 1025)
        #expect(Self.refusal(Self.chat("\"user\":\"\(user)\""))?.code == .tooLarge)
        #expect(Self.refusal(Self.chat("\"user\":\"\(user.dropLast())\"")) == nil)
        let model = String(repeating: "m", count: 257)
        #expect(Self.refusal("{\"model\":\"\(model)\",\"messages\":[]}")?.param == "model")
    }

    @Test("a million members are read past")
    func manyMembers() throws {
        let others = (0..<1_000_000).map { "\"\($0)\":0" }.joined(separator: ",")
        let request = try Self.read("{\(others),\"messages\":[],\"model\":\"last\"}")
        #expect(request.model == "last")
        #expect(Self.refusal("{\"messages\":[],\(others)}")?.param == "model")
    }
}
