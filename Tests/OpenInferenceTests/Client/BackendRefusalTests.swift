import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Refusals of a backend")
struct BackendRefusalTests {
    @Test(
        "each status says whose fault it is",
        arguments: [
            (400, InferenceError.Code.invalidRequest), (401, .modelFailed), (403, .modelFailed), (404, .modelFailed),
            (405, .modelFailed), (408, .timeout), (413, .tooLarge), (422, .invalidRequest), (429, .overloaded),
            (500, .modelFailed), (501, .unsupported), (502, .modelFailed), (503, .overloaded), (504, .timeout),
            (301, .modelFailed), (304, .modelFailed), (100, .modelFailed), (599, .modelFailed), (999, .modelFailed),
            (0, .modelFailed), (-1, .modelFailed), (Int.max, .modelFailed), (Int.min, .modelFailed),
        ]
    )
    func statuses(_ status: Int, _ code: InferenceError.Code) {
        let error = Answers.refusal(#"{"error":"no"}"#, status: status)
        #expect(error?.code == code)
        #expect(error?.message.isEmpty == false)
    }

    @Test("every status is a success or an error with a message", arguments: [-1, 0, 999, 1000] + Array(100..<600))
    func every(_ status: Int) {
        let error = Answers.refusal("", status: status)
        #expect(error?.code == .invalidOutput || !(200..<300).contains(status))
        #expect(error?.message.isEmpty == false)
    }

    @Test(
        "the server's words are found in every form",
        arguments: [
            // Triton, KServe, MLServer, TensorFlow Serving
            (
                #"{"error":"Request for unknown model: 'x' is not found"}"#,
                #": 'Request for unknown model: \'x\' is not found'"#
            ),
            (#"{ "error": "Server is not ready." }"#, ": 'Server is not ready.'"),
            (#"{"error":"Model v1 of fraud is not ready yet."}"#, ": 'Model v1 of fraud is not ready yet.'"),
            // FastAPI
            (#"{"detail":"Not Found"}"#, ": 'Not Found'"),
            (
                #"{"detail":[{"type":"missing","loc":["body","inputs"],"msg":"Field required","input":{}}]}"#,
                ": 'Field required'"
            ),
            // Gateways
            (#"{"error":{"message":"quota","type":"x"}}"#, ": 'quota'"),
            (#"{"message":"no Route matched"}"#, ": 'no Route matched'"),
            ("upstream connect error or disconnect\r\nmore", ": 'upstream connect error or disconnect'"),
            // Nothing to show
            ("", ""), ("<html><body>502</body></html>", ""), (#"{"error":null}"#, ""), (#"{"error":""}"#, ""),
            ("[]", ""), ("{}", ""), ("\n", ""),
        ]
    )
    func words(_ body: String, _ words: String) {
        let message = Answers.refusal(body, status: 400)?.message
        #expect(message == "the backend refused the request with status 400\(words)")
    }

    @Test("long, binary and hostile words are cut and made safe")
    func hostile() throws {
        let long = try #require(Answers.refusal(#"{"error":"\#(String(repeating: "é", count: 1000))"}"#, status: 500))
        #expect(long.message.utf8.count < 320)
        let control = try #require(Answers.refusal("\u{1B}]0;owned\u{7}\u{202E}", status: 500))
        #expect(control.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
        let huge = String(repeating: "a", count: 70_000)
        #expect(Answers.refusal(huge, status: 500)?.message == "the backend failed with status 500")
        var binary = ByteBuffer(bytes: [0xFF, 0xFE, 0x00])
        binary.writeRepeatingByte(0xC3, count: 10)
        let error = Samples.refusal { () throws(InferenceError) in
            try InferResponseDecoder().decode(binary, status: 500, jsonLength: nil, signature: Answers.signature)
        }
        #expect(error?.message == "the backend failed with status 500")
    }

    @Test("an error inside an answer of success is an error")
    func inside() {
        #expect(
            Answers.refusal(#"{"error":"out of memory"}"#)
                == InferenceError(.modelFailed, "the backend answered with an error: 'out of memory'")
        )
    }
}
