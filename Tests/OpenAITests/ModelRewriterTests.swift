import NIOCore
import OpenAI
import Testing

@Suite("The model's name in requests")
struct ModelRewriterTests {
    private static func rewrite(_ json: String, to model: String = "other") throws -> String {
        let body = ByteBuffer(string: json)
        let request = try OpenAIRequestReader().read(body, as: .chatCompletions)
        return String(buffer: ModelRewriter(model: model).rewrite(body, of: request))
    }

    @Test(
        "only the value of the top-level model changes, byte for byte",
        arguments: [
            ("{\"model\":\"m\",\"messages\":[]}", "{\"model\":\"other\",\"messages\":[]}"),
            ("{\"messages\":[],\"model\":\"m\"}", "{\"messages\":[],\"model\":\"other\"}"),
            (
                " \n{ \"messages\" : [ {\"model\":\"m\"} ] ,\t\"model\" : \"m\" , \"n\" : 1 }\r\n",
                " \n{ \"messages\" : [ {\"model\":\"m\"} ] ,\t\"model\" : \"other\" , \"n\" : 1 }\r\n"
            ),
            (
                "{\"a\":{\"model\":\"x\"},\"b\":\"\\\"model\\\":\\\\\",\"\\u006dodel\":\"m\\\"}\",\"messages\":[]}",
                "{\"a\":{\"model\":\"x\"},\"b\":\"\\\"model\\\":\\\\\",\"\\u006dodel\":\"other\",\"messages\":[]}"
            ),
            (
                #"{"c":-1.50e3,"d":[[],{},"]",["}"]],"e":true ,"model":"m","messages":[],"z":"\ud83d\ude00"}"#,
                #"{"c":-1.50e3,"d":[[],{},"]",["}"]],"e":true ,"model":"other","messages":[],"z":"\ud83d\ude00"}"#
            ),
        ]
    )
    func rewrites(_ json: String, _ expected: String) throws {
        #expect(try Self.rewrite(json) == expected)
    }

    @Test("strings before the model may be of any length and hold anything")
    func lengths() throws {
        for length in 0...40 {
            for filler in ["!", "#", "[", "]", "{", "\\\"", "\\\\", ",", "ü"] {
                let text = String(repeating: filler, count: length)
                let json = "{\"\(text)x\":\"\(text)\",\"messages\":[\"\(text)\"],\"model\":\"m\"}"
                #expect(try Self.rewrite(json) == json.replacing("\"m\"", with: "\"other\""))
            }
        }
    }

    @Test("a name is escaped as JSON wants it")
    func escapes() throws {
        let rewritten = try Self.rewrite("{\"model\":\"m\",\"messages\":[]}", to: "a\"\\\n/ü")
        #expect(rewritten == "{\"model\":\"a\\\"\\\\\\n/ü\",\"messages\":[]}")
    }

    @Test("a body that begins within its buffer is rewritten all the same, and keeps its own bytes")
    func slice() throws {
        var body = ByteBuffer(string: "xxxx{\"model\":\"m\",\"messages\":[]}")
        body.moveReaderIndex(forwardBy: 4)
        let request = try OpenAIRequestReader().read(body, as: .chatCompletions)
        let rewritten = ModelRewriter(model: "n").rewrite(body, of: request)
        #expect(String(buffer: rewritten) == "{\"model\":\"n\",\"messages\":[]}")
        #expect(String(buffer: body) == "{\"model\":\"m\",\"messages\":[]}")
    }

    @Test("what was rewritten is read as before, but for the model")
    func readsBack() throws {
        let body = ByteBuffer(string: "{\"n\":2,\"model\":\"m\",\"stream\":true,\"messages\":[],\"user\":\"u\"}")
        let reader = OpenAIRequestReader()
        let request = try reader.read(body, as: .chatCompletions)
        let again = try reader.read(ModelRewriter(model: "longer").rewrite(body, of: request), as: .chatCompletions)
        #expect(again.model == "longer")
        #expect(again.isStreamed && again.choices == 2 && again.user == "u")
    }
}
