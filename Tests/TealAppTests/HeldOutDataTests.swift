import NIOCore
import TealApp
import Testing

@Suite struct HeldOutDataTests {
    @Test("requests ask for the label only and stay otherwise as they were written")
    func splice() throws {
        let data = try HeldOutData(#"{"id":"a","parameters":{"label":7},"inputs":[{"data":[0.1,1e-3]}]}"#)
        #expect(
            data.bodies.map { String(decoding: $0, as: UTF8.self) } == [
                #"{"outputs":[{"name":"label"}],"id":"a","parameters":{"label":7},"inputs":[{"data":[0.1,1e-3]}]}"#
            ]
        )
        #expect(data.labels == [Array("7".utf8)])
    }

    @Test("a request that names its outputs is sent as it is")
    func ownOutputs() throws {
        let line = #"{"outputs":[{"name":"label"}],"parameters":{"label":"good"},"inputs":[]}"#
        let data = try HeldOutData(line + "\n")
        #expect(data.bodies == [Array(line.utf8)])
        #expect(data.labels == [Array("\"good\"".utf8)])
    }

    @Test("a line without a label is named by its number", arguments: ["{}", "not json", #"{"parameters":{}}"#])
    func badLine(_ line: String) {
        #expect(throws: HeldOutData.Failure.line(2)) { try HeldOutData(#"{"parameters":{"label":1}}"# + "\n" + line) }
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
        let data = try HeldOutData(#"{"parameters":{"label":\#(value)}}"#)
        #expect(data.isRight(ByteBuffer(string: answer), for: 0) == isRight)
    }

    @Test("no label is right for a request that is not there")
    func outOfRange() throws {
        let data = try HeldOutData(#"{"parameters":{"label":7}}"#)
        #expect(!data.isRight(ByteBuffer(string: #"{"data":[7]}"#), for: 1))
    }
}
