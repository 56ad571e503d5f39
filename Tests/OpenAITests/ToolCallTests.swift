import OpenAI
import ServingCore
import Testing

@Suite("Tool calls put together")
struct ToolCallTests {
    private static func calls(_ deltas: String...) -> String? {
        let answer = Recordings.read(Recordings.stream(deltas.map { "{\"tool_calls\":[\($0)]}" }, finish: "tool_calls"))
        return answer.fault == nil ? answer.choices.first?.toolCalls : nil
    }

    private static func call(_ arguments: String, name: String = "f") -> String {
        "{\"arguments\":\(arguments),\"name\":\"\(name)\",\"type\":\"function\"}"
    }

    @Test("pieces are joined by index, arguments are parsed and their members sorted")
    func openAI() {
        let answer = Recordings.read(Transcripts.openAITools)
        #expect(answer.choices.first?.finishReason == "tool_calls")
        #expect(
            answer.choices.first?.toolCalls
                == "[\(Self.call(#"{"city":"Paris","unit":"C"}"#, name: "get_weather")),"
                + "\(Self.call("{}", name: "now"))]"
        )
    }

    @Test("a message in one piece has no indices")
    func document() {
        let answer = Recordings.read(
            """
            {"choices":[{"index":0,"finish_reason":"tool_calls","message":{"content":null,"tool_calls":[
            {"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\": 1}"}},
            {"id":"b","type":"function","function":{"name":"f","arguments":"{\\"x\\": 2}"}}]}}]}
            """
        )
        #expect(answer.choices.first?.toolCalls == "[\(Self.call("{\"x\":1}")),\(Self.call("{\"x\":2}"))]")
    }

    @Test("pieces without an index belong to the last call, unless they begin one")
    func withoutIndex() {
        let calls = Self.calls(
            "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}",
            "{\"function\":{\"arguments\":\"{\\\"x\\\":\"}}",
            "{\"id\":\"a\",\"function\":{\"arguments\":\"1}\"}}",
            "{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"[]\"}}"
        )
        #expect(calls == "[\(Self.call("{\"x\":1}")),\(Self.call("[]", name: "g"))]")
    }

    @Test("calls that are all numbered 0 are told apart by id and name")
    func allZero() {
        let calls = Self.calls(
            "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}}",
            "{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":2}\"}}"
        )
        #expect(calls == "[\(Self.call("{\"x\":1}")),\(Self.call("{\"x\":2}"))]")
    }

    @Test("a new id in every piece, and a name that is repeated or null, begin no call")
    func repeated() {
        let calls = Self.calls(
            "{\"index\":0,\"id\":\"1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}",
            "{\"index\":0,\"id\":\"2\",\"function\":{\"name\":null,\"arguments\":\"\\\"x\\\":\"}}",
            "{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"3}\"}}"
        )
        #expect(calls == "[\(Self.call("{\"x\":3}"))]")
    }

    @Test(
        "arguments in canonical form",
        arguments: [
            ("", "{}"), (" { } ", "{}"), ("[1, 2.50, 1e2, -0, true, null]", "[1,2.5,100.0,0,true,null]"),
            ("{\"b\":1,\"a\":{\"d\":[],\"c\":\"\\u0041\\n\"}}", "{\"a\":{\"c\":\"A\\n\",\"d\":[]},\"b\":1}"),
            ("{\"a\":1,\"a\":2}", "{\"a\":2}"), ("18446744073709551615", "18446744073709551615"),
            ("{\"a\":", "\"{\\\"a\\\":\""), ("{\"a\":\"\\ud83d\"}", "\"{\\\"a\\\":\\\"\\\\ud83d\\\"}\""),
            ("not JSON", "\"not JSON\""), ("{\"ab\":1,\"a\":2,\"B\":3,\"\":4}", "{\"\":4,\"B\":3,\"a\":2,\"ab\":1}"),
        ]
    )
    func canonical(_ arguments: String, _ expected: String) {
        let escaped = arguments.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let calls = Self.calls("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\(escaped)\"}}")
        #expect(calls == "[\(Self.call(expected))]")
    }

    @Test("arguments that come as an object count like their text; input of a custom tool stays text")
    func otherForms() {
        #expect(
            Self.calls("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":{\"b\":1,\"a\":2}}}")
                == "[\(Self.call("{\"a\":2,\"b\":1}"))]"
        )
        #expect(
            Self.calls("{\"index\":0,\"type\":\"custom\",\"custom\":{\"name\":\"f\",\"input\":\"{ }\"}}")
                == "[{\"arguments\":\"{ }\",\"name\":\"f\",\"type\":\"custom\"}]"
        )
    }

    @Test("arguments with very many members are sorted")
    func manyMembers() {
        let count = 100_000
        let members = (0..<count).reversed().map { "\\\"\($0 + count)\\\":0" }.joined(separator: ",")
        let answer = Recordings.read(
            "{\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":{\"tool_calls\":"
                + "[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\(members)}\"}}]}}]}"
        )
        let sorted = (0..<count).map { "\"\($0 + count)\":0" }.joined(separator: ",")
        #expect(answer.choices.first?.toolCalls == "[\(Self.call("{\(sorted)}"))]")
    }

    @Test("an index that no call can have is a fault", arguments: ["-1", "256", "1e99", "\"0\"", "{}", "0.5"])
    func badIndex(_ index: String) {
        let delta = "{\"tool_calls\":[{\"index\":\(index),\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}"
        #expect(Recordings.read(Recordings.stream([delta])).fault?.code == .invalidOutput)
    }
}
