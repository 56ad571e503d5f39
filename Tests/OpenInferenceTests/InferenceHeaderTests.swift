import OpenInference
import ServingCore
import Testing

@Suite("Inference-Header-Content-Length")
struct InferenceHeaderTests {
    @Test(
        "digits within the body's length are taken",
        arguments: [("0", 0), ("7", 7), ("100", 100), ("007", 7), (" 42\t", 42)]
    )
    func accepted(_ value: String, _ length: Int) throws {
        #expect(try InferenceHeader.parse(value.utf8, bodyLength: 100) == length)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", " ", "101", "-1", "+1", "1.0", "1e1", "0x1", "1 2", "1,2", "one", "99999999999999999999999999999999",
            "١",
        ]
    )
    func refused(_ value: String) {
        let error = #expect(throws: InferenceError.self) { try InferenceHeader.parse(value.utf8, bodyLength: 100) }
        #expect(error?.code == .invalidRequest)
        #expect(
            error?.message
                == "Inference-Header-Content-Length must be a whole number in the range 0 to 100, the length of the body"
        )
    }

    @Test("no body length makes the parser overflow", arguments: [Int.max, 0, -1])
    func bodyLength(_ length: Int) {
        let digits = String(repeating: "9", count: 100)
        #expect(throws: InferenceError.self) { try InferenceHeader.parse(digits.utf8, bodyLength: length) }
    }
}
