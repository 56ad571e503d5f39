import NIOCore
import OpenInference
import ServingCore
import Testing

/// The classes of JSONTestSuite: what must be read, what must be refused, and where the fault is.
@Suite("JSON syntax")
struct JSONSyntaxTests {
    private static let valid = Requests.body()

    @Test(
        "well-formed documents are read",
        arguments: [
            " \t\r\n" + valid + " \n", Requests.body(top: "\"a\":[[[]],{},\"\",-0,1E+2,0.1e-1,null],"),
            Requests.body(top: "\"\":0,"), Requests.body(top: "\"\\u0061\\/\\b\":\"\\uD834\\uDd1e\","),
            Requests.body(top: "\"é😀\":\"\u{7f}\u{2028}\","), Requests.body(data: "[-0,1e-400,2.0e0,3]"),
            Requests.body(top: "\"a\":1,\"a\":2,"),
        ]
    )
    func accepted(_ json: String) {
        #expect(Requests.refusal(json) == nil)
    }

    @Test(
        "a malformed document is refused with the byte of the fault",
        arguments: [
            ("", "the body is empty; an infer request is a JSON object with inputs"),
            (" ", "at byte 1: the document ends too early"),
            ("{", "at byte 1: the document ends too early"),
            ("{\"inputs\":[", "at byte 11: the document ends too early"),
            ("{\"a\":1}x", "at byte 7: something follows the end of the document"),
            ("{\"a\":1}{}", "at byte 7: something follows the end of the document"),
            ("[1,]", "at byte 3: expected a value"),
            ("[,1]", "at byte 1: expected a value"),
            ("{\"a\":1,}", "at byte 7: expected a key in double quotes"),
            ("{'a':1}", "at byte 1: expected a key in double quotes"),
            ("{a:1}", "at byte 1: expected a key in double quotes"),
            ("{\"a\" 1}", "at byte 5: expected a colon"),
            ("{\"a\":1 \"b\":2}", "at byte 7: expected a comma or the end of the list or object"),
            ("[1}", "at byte 2: expected a comma or the end of the list or object"),
            ("[1 2]", "at byte 3: expected a comma or the end of the list or object"),
            ("[NaN]", "at byte 1: expected a value"),
            ("[Infinity]", "at byte 1: expected a value"),
            ("[-Infinity]", "at byte 2: expected a digit"),
            ("[nul]", "at byte 1: expected 'null'"),
            ("[True]", "at byte 1: expected a value"),
            ("[01]", "at byte 1: a number has a leading zero"),
            ("[-01]", "at byte 2: a number has a leading zero"),
            ("[+1]", "at byte 1: expected a value"),
            ("[.5]", "at byte 1: expected a value"),
            ("[1.]", "at byte 3: expected a digit"),
            ("[1e]", "at byte 3: expected a digit"),
            ("[0x1]", "at byte 2: expected a comma or the end of the list or object"),
            ("[1e400]", "at byte 1: a number is too large"),
            ("[-1e400]", "at byte 1: a number is too large"),
            ("[18446744073709551616]", "at byte 1: a whole number does not fit 64 bits"),
            ("[-9223372036854775809]", "at byte 1: a whole number does not fit 64 bits"),
            ("[\"a", "at byte 3: the document ends too early"),
            ("[\"\u{1}\"]", "at byte 2: a control character in a string must be escaped"),
            ("[\"\n\"]", "at byte 2: a control character in a string must be escaped"),
            ("[\"\\x\"]", "at byte 2: an unknown escape"),
            ("[\"\\u12G4\"]", "at byte 6: expected a hexadecimal digit"),
            ("[\"\\ud800\"]", "at byte 2: a lone surrogate"),
            ("[\"\\ud800\\u0041\"]", "at byte 2: a lone surrogate"),
            ("[\"\\udc00\"]", "at byte 2: a lone surrogate"),
            ("\u{FEFF}{}", "at byte 0: a byte order mark is not allowed"),
            ("[/**/]", "at byte 1: expected a value"),
            (String(repeating: "[", count: 1_000_000), "at byte 63: nested more than 63 deep"),
            (String(repeating: "{\"a\":", count: 500), "at byte 315: nested more than 63 deep"),
        ]
    )
    func malformed(_ json: String, _ message: String) {
        let refusal = Requests.refusal(json)
        #expect(refusal?.code == .invalidRequest)
        #expect(refusal?.message == (json.isEmpty ? message : "the body is not JSON, \(message)"))
    }

    @Test("bytes that are not UTF-8", arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xC3]] as [[UInt8]])
    func encoding(_ bytes: [UInt8]) {
        let decoder = InferRequestDecoder()
        let body = Array("{\"id\":\"".utf8) + bytes + Array("\",\"inputs\":[]}".utf8)
        let error = #expect(throws: InferenceError.self) {
            try decoder.decode(.init(bytes: body), jsonLength: nil, signature: Requests.floats)
        }
        #expect(error?.message == "the body is not JSON, at byte 6: the string is not UTF-8")
    }

    @Test("63 levels are read, 64 are not")
    func depth() {
        func nested(_ levels: Int) -> String {
            Requests.body(
                top: "\"a\":" + String(repeating: "[", count: levels - 1) + "1"
                    + String(repeating: "]", count: levels - 1) + ","
            )
        }
        #expect(Requests.refusal(nested(63)) == nil)
        #expect(Requests.refusal(nested(64))?.message.hasSuffix("nested more than 63 deep") == true)
    }

    @Test("UTF-16 is not JSON")
    func utf16() {
        let bytes = Self.valid.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let error = #expect(throws: InferenceError.self) {
            try InferRequestDecoder().decode(.init(bytes: bytes), jsonLength: nil, signature: Requests.floats)
        }
        #expect(error?.message == "the body is not JSON, at byte 1: expected a key in double quotes")
    }

    @Test("every prefix and every single-byte change of a request is refused or decoded, never more")
    func truncationAndDamage() {
        let decoder = InferRequestDecoder()
        let bytes = Array(Requests.body(top: "\"id\":\"q\",\"parameters\":{\"timeout\":1},").utf8)
        for end in 0..<bytes.count {
            #expect(throws: InferenceError.self) {
                try decoder.decode(.init(bytes: bytes[..<end]), jsonLength: nil, signature: Requests.floats)
            }
        }
        for index in bytes.indices {
            for value in [0, 0x22, 0x2C, 0x5B, 0x5D, 0x7B, 0x7D, 0x39, 0x80, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                let request = try? decoder.decode(.init(bytes: damaged), jsonLength: nil, signature: Requests.floats)
                #expect(request == nil || request?.inputs[0].bytes.count == 16)
            }
        }
    }
}
