import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Comparing texts")
struct TextComparisonTests {
    private func output(_ comparator: ComparisonSettings.Comparator, tolerance: Double? = nil) -> OneOutput {
        let output = OneOutput(.bytes, [-1], setting: .init(comparator: comparator, tolerance: tolerance))
        output.learn([.text("{}")])
        return output
    }

    @Test("free text: edits as a share of the longer text")
    func edits() throws {
        let output = self.output(.text)
        let result = try #require(output.compare(.text("kitten"), .text("sitting")))
        #expect(abs(result.divergence - 3.0 / 7) < 1e-12 && result.diverged)
        #expect(result.details["edit_distance"] == result.divergence)
        #expect(output.compare(.text(""), .text(""))?.divergence == 0)
        #expect(output.compare(.text(""), .text("a"))?.divergence == 1)
        let two = try #require(output.compare(.texts(["same", "aa"]), .texts(["same", "ab"])))
        #expect(two.divergence == 0.25)
    }

    @Test("free text: a tolerance is a share of edits that still counts as equal")
    func textTolerance() {
        let output = self.output(.text, tolerance: 0.2)
        #expect(output.compare(.text("0123456789"), .text("012345678x"))?.diverged == false)
        #expect(output.compare(.text("0123456789"), .text("xxxxx56789"))?.diverged == true)
    }

    private func fields(_ live: String, _ candidate: String, tolerance: Double? = nil) throws -> OutputComparison {
        let output = self.output(.json, tolerance: tolerance)
        return try #require(output.compare(.text(live), .text(candidate)))
    }

    @Test("JSON: order of members, spaces, escapes and ways to write a number do not matter")
    func same() throws {
        let result = try self.fields(
            #"{"a": 1, "b": [1.50, 100], "c": "\u00e9\/\ud83d\ude00"}"#,
            #"{"c":"é/😀","b":[15e-1,1E2],"a":1.0}"#
        )
        #expect(result.divergence == 0 && !result.diverged && result.fields.isEmpty)
        #expect(result.details["fields_compared"] == 4)
    }

    @Test("JSON: every kind of difference is told with its place")
    func kinds() throws {
        let value = try self.fields(#"{"a":{"b c":1,"d":2}}"#, #"{"a":{"b c":3,"d":2}}"#)
        #expect(value.fields == [FieldDifference(path: "$.a['b c']", kind: .value, live: "1", candidate: "3")])
        #expect(value.divergence == 0.5 && value.diverged)
        let missing = try self.fields(#"{"a":1,"b":{"x":1,"y":[2,3]}}"#, #"{"a":1}"#)
        #expect(missing.fields == [FieldDifference(path: "$.b", kind: .missing, live: #"{"x":1,"y":[2,3]}"#)])
        #expect(missing.divergence == 0.75)
        let extra = try self.fields(#"{"a":1}"#, #"{"a":1,"b":null}"#)
        #expect(extra.fields == [FieldDifference(path: "$.b", kind: .extra, candidate: "null")])
        let type = try self.fields(#"{"a":1}"#, #"{"a":"1"}"#)
        #expect(type.fields == [FieldDifference(path: "$.a", kind: .type, live: "1", candidate: "\"1\"")])
        let length = try self.fields("[1,2,3]", "[1,2]")
        #expect(length.fields == [FieldDifference(path: "$", kind: .length, live: "3", candidate: "2")])
        #expect(abs(length.divergence - 1.0 / 3) < 1e-12)
        let order = try self.fields(#"{"a":[1,2,3]}"#, #"{"a":[1,3,2]}"#)
        #expect(order.fields == [FieldDifference(path: "$.a", kind: .order, live: "[1,2,3]", candidate: "[1,3,2]")])
        #expect(abs(order.divergence - 2.0 / 3) < 1e-12)
    }

    @Test("JSON: the same place in all items of a list is one field")
    func items() throws {
        let result = try self.fields(
            #"{"items":[{"id":1,"s":"a"},{"id":2,"s":"b"}]}"#,
            #"{"items":[{"id":8,"s":"a"},{"id":9,"s":"b"}]}"#
        )
        #expect(result.fields == [FieldDifference(path: "$.items[*].id", kind: .value, live: "1", candidate: "8")])
        #expect(result.divergence == 0.5)
    }

    @Test("JSON: a key that stands twice in an object is two fields, compared in their order")
    func doubledKeys() throws {
        let lost = try self.fields(#"{"a":1,"a":2}"#, #"{"a":2}"#)
        #expect(lost.divergence == 1 && lost.diverged)
        #expect(
            lost.fields == [
                FieldDifference(path: "$.a", kind: .value, live: "1", candidate: "2"),
                FieldDifference(path: "$.a", kind: .missing, live: "2"),
            ]
        )
        #expect(try self.fields(#"{"a":1,"b":0,"a":2}"#, #"{"\u0061":1,"a":2,"b":0}"#).diverged == false)
        #expect(try self.fields(#"{"a":1,"a":2}"#, #"{"a":2,"a":1}"#).divergence == 1)
    }

    @Test("JSON: numbers within the tolerance are equal; long identifiers are compared digit by digit")
    func numbers() throws {
        #expect(try self.fields("[1.0]", "[1.05]", tolerance: 0.1).diverged == false)
        #expect(try self.fields("[1.0]", "[1.2]", tolerance: 0.1).diverged)
        #expect(try self.fields("[12345678901234567890]", "[12345678901234567891]").diverged)
        #expect(try self.fields("[1e400]", "[1e401]").diverged)
    }

    @Test("JSON: what is JSON on one side only is a complete difference; on neither, texts are compared")
    func notJSON() throws {
        let broken = try self.fields(#"{"a":1}"#, #"{"a":1"#)
        #expect(broken.divergence == 1 && broken.diverged)
        #expect(broken.fields == [FieldDifference(path: "$", kind: .type, live: #"{"a":1}"#)])
        let neither = try self.fields("kitten", "sitting")
        #expect(abs(neither.divergence - 3.0 / 7) < 1e-12 && neither.diverged)
    }

    @Test("JSON: at most 32 differences are handed on, values cut to 128 characters")
    func limits() throws {
        let object = { (value: String) in
            "{" + (0..<50).map { "\"k\($0)\":\(value)" }.joined(separator: ",") + "}"
        }
        let result = try self.fields(object("1"), object("\"" + String(repeating: "é", count: 300) + "\""))
        #expect(result.fields.count == 32)
        #expect(result.divergence == 1)
        #expect(result.fields.allSatisfy { $0.candidate?.count == 128 })
    }

    @Test(
        "JSON: what is not exactly JSON is not taken for it",
        arguments: [
            "{\"a\":01}", "[1,]", "[1 2]", "{\"a\"}", "[\"\u{1}\"]", "[\"\\x\"]", "[\"\\u12\"]", "[1.]", "[.5]", "[+1]",
            "[nul]",
            "[1]x", "{\"a\":1,}", "[-]", "[1e]", "[", "{", "\"a\"", "1", "", " ",
            String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
        ]
    )
    func malformed(_ text: String) throws {
        // Valid JSON on the other side: only there a type difference appears.
        #expect(try self.fields("{}", text).fields.first?.kind == .type)
    }
}
