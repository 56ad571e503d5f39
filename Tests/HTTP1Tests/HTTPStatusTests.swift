import HTTP1
import ServingCore
import Testing

@Suite("HTTPStatus")
struct HTTPStatusTests {
    @Test("every reason of the data plane has its status", arguments: InferenceError.Code.allCases)
    func codes(code: InferenceError.Code) {
        let expected: HTTPStatus =
            switch code {
            case .invalidRequest: .badRequest
            case .tooLarge: .contentTooLarge
            case .notFound: .notFound
            case .forbidden: .forbidden
            case .unsupported: .notImplemented
            case .notReady, .overloaded, .overBudget: .unavailable
            case .timeout: .gatewayTimeout
            case .backendFailed: .badGateway
            case .modelFailed, .invalidOutput, .internal: .internalError
            }
        #expect(HTTPStatus(code, tritonStatus: false) == expected)
        #expect(HTTPStatus(code, tritonStatus: true) == (code == .notReady ? .badRequest : expected))
    }

    @Test("every status line is whole and has a number of its own")
    func lines() {
        let lines = HTTPStatus.allCases.map { "\($0.line)" }
        for line in lines {
            #expect(line.hasPrefix("HTTP/1.1 ") && line.hasSuffix("\r\n"))
            #expect(line.utf8.count { $0 == 0x0D || $0 == 0x0A } == 2)
        }
        #expect(Set(lines.map { $0.prefix(12) }).count == lines.count)
    }

    @Test("only 503 asks to come again")
    func retryable() {
        #expect(HTTPStatus.allCases.filter(\.isRetryable) == [.unavailable])
    }
}
