import Foundation
import NIOCore
import TealApp
import Testing

@Suite struct HeldOutDataTests {
    private static let line =
        #"{"id":"a","parameters":{"label":7},"inputs":[{"datatype":"FP32","data":[0.0,1e1,16]}]}"#

    private func text(_ data: HeldOutData, _ number: Int) -> String {
        String(decoding: data.body(number), as: UTF8.self)
    }

    @Test("the first time requests go out as they were written")
    func asWritten() throws {
        let data = try HeldOutData(Self.line)
        #expect(self.text(data, 0) == Self.line)
        #expect(data.id(0) == "a")
        #expect(data.label(0) == "7")
    }

    @Test("each repetition has another id, and numbers that are a little off but within their range")
    func repetition() throws {
        let data = try HeldOutData(Self.line)
        var seen: Set<String> = []
        for number in 1...200 {
            let body = self.text(data, number)
            let (head, tail) = (
                #"{"id":"a-r\#(number)","parameters":{"label":7},"inputs":[{"datatype":"FP32","data":["#, "]}]}"
            )
            #expect(body.hasPrefix(head) && body.hasSuffix(tail), "\(body)")
            #expect(data.id(number) == "a-r\(number)")
            let values = body.dropFirst(head.count).dropLast(tail.count).split(separator: ",").compactMap { Double($0) }
            #expect(values.count == 3)
            for (value, original) in zip(values, [0, 10, 16.0]) {
                #expect((0...16).contains(value) && abs(value - original) <= 0.5)
            }
            seen.insert(body)
            #expect(self.text(data, number) == body)
        }
        #expect(seen.count == 200)
    }

    @Test("texts are repeated as they are, item after item")
    func texts() throws {
        let lines = ["x", "y"].map {
            #"{"id":"\#($0)","parameters":{"label":"good"},"inputs":[{"datatype":"BYTES","data":["1"]}]}"#
        }
        let data = try HeldOutData(lines.joined(separator: "\n") + "\n")
        #expect(data.count == 2)
        #expect((0..<6).map { data.id($0) } == ["x", "y", "x-r1", "y-r1", "x-r2", "y-r2"])
        #expect(self.text(data, 3) == lines[1].replacing(#""id":"y""#, with: #""id":"y-r1""#))
        #expect(data.label(5) == "good")
    }

    @Test("a request without an id gets one by its number")
    func noID() throws {
        let data = try HeldOutData(#"{"parameters":{"label":7},"inputs":[]}"#)
        #expect(self.text(data, 0) == #"{"id":"request-1","parameters":{"label":7},"inputs":[]}"#)
        #expect(self.text(data, 2) == #"{"id":"request-1-r2","parameters":{"label":7},"inputs":[]}"#)
        #expect(data.id(2) == "request-1-r2")
    }

    @Test(
        "a line without a label is named by its number",
        arguments: ["{}", "not json", #"{"parameters":{},"inputs":[]}"#]
    )
    func badLine(_ line: String) {
        #expect(throws: HeldOutData.Failure.line(2)) { try HeldOutData(Self.line + "\n" + line) }
    }

    @Test("a file without a request is refused")
    func empty() {
        #expect(throws: HeldOutData.Failure.empty) { try HeldOutData("\n") }
    }

    @Test(
        "an answer is right if its first value is the label, neither more nor less",
        arguments: [
            ("7", #"{"outputs":[{"name":"label","shape":[1],"data":[7]}]}"#, true),
            ("7", #"{"outputs":[{"name":"label","data" : [ 7 , 8]}]}"#, true),
            ("7", #"{"outputs":[{"data":[77]}]}"#, false),
            ("7", #"{"outputs":[{"data":[17]}]}"#, false),
            ("7", #"{"outputs":[{"data":["7"]}]}"#, false),
            ("7", #"{"outputs":[{"data":[7"#, false),
            ("7", #"{"outputs":[{"data":[]}]}"#, false),
            ("7", #"{"outputs":[]}"#, false),
            ("7", "", false),
            ("good", #"{"outputs":[{"data":["good"]}]}"#, true),
            ("good", #"{"outputs":[{"data":["goodly"]}]}"#, false),
            ("good", #"{"outputs":[{"data":["bad"]}]}"#, false),
        ]
    )
    func right(_ label: String, _ answer: String, _ isRight: Bool) throws {
        let value = Int(label).map { "\($0)" } ?? "\"\(label)\""
        let data = try HeldOutData(#"{"parameters":{"label":\#(value)},"inputs":[]}"#)
        #expect(data.isRight(ByteBuffer(string: answer), for: 0) == isRight)
    }

    @Test("no label is right for a request that is not there")
    func outOfRange() throws {
        let data = try HeldOutData(#"{"parameters":{"label":7},"inputs":[]}"#)
        #expect(!data.isRight(ByteBuffer(string: #"{"data":[7]}"#), for: 1))
    }
}
