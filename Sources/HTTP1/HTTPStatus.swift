package import ServingCore

/// The statuses the data plane sends of its own accord, with their status lines.
package enum HTTPStatus: CaseIterable {
    case ok, badRequest, forbidden, notFound, methodNotAllowed, requestTimeout, contentTooLarge, uriTooLong
    case unsupportedMediaType, expectationFailed, headTooLarge, internalError, notImplemented, badGateway
    case unavailable, gatewayTimeout, versionNotSupported

    package var line: StaticString {
        switch self {
        case .ok: "HTTP/1.1 200 OK\r\n"
        case .badRequest: "HTTP/1.1 400 Bad Request\r\n"
        case .forbidden: "HTTP/1.1 403 Forbidden\r\n"
        case .notFound: "HTTP/1.1 404 Not Found\r\n"
        case .methodNotAllowed: "HTTP/1.1 405 Method Not Allowed\r\n"
        case .requestTimeout: "HTTP/1.1 408 Request Timeout\r\n"
        case .contentTooLarge: "HTTP/1.1 413 Content Too Large\r\n"
        case .uriTooLong: "HTTP/1.1 414 URI Too Long\r\n"
        case .unsupportedMediaType: "HTTP/1.1 415 Unsupported Media Type\r\n"
        case .expectationFailed: "HTTP/1.1 417 Expectation Failed\r\n"
        case .headTooLarge: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
        case .internalError: "HTTP/1.1 500 Internal Server Error\r\n"
        case .notImplemented: "HTTP/1.1 501 Not Implemented\r\n"
        case .badGateway: "HTTP/1.1 502 Bad Gateway\r\n"
        case .unavailable: "HTTP/1.1 503 Service Unavailable\r\n"
        case .gatewayTimeout: "HTTP/1.1 504 Gateway Timeout\r\n"
        case .versionNotSupported: "HTTP/1.1 505 HTTP Version Not Supported\r\n"
        }
    }

    /// The one place where the reasons of the data plane meet HTTP. With `tritonStatus` a model that is not ready is
    /// 400, as Triton answers; otherwise 503, as load balancers expect.
    package init(_ code: InferenceError.Code, tritonStatus: Bool) {
        switch code {
        case .invalidRequest: self = .badRequest
        case .tooLarge: self = .contentTooLarge
        case .notFound: self = .notFound
        case .forbidden: self = .forbidden
        case .unsupported: self = .notImplemented
        case .notReady: self = tritonStatus ? .badRequest : .unavailable
        case .overloaded, .overBudget: self = .unavailable
        case .timeout: self = .gatewayTimeout
        case .backendFailed: self = .badGateway
        case .modelFailed, .invalidOutput, .internal: self = .internalError
        }
    }

    /// The client may try the same request again in a moment.
    package var isRetryable: Bool { self == .unavailable }

    /// Nil for a status that the data plane never sends of its own accord.
    package init?(number: Int) {
        guard number != 200 else {
            self = .ok
            return
        }
        guard let known = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = known
    }

    /// The three digits of the status line.
    package var number: Int {
        self.line.withUTF8Buffer { line in line[9..<12].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
    }
}
