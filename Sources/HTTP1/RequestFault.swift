package import Telemetry

/// A request whose bytes cannot be understood without doubt. It is answered once and the connection ends: where the
/// next request would begin, nobody can say.
package struct RequestFault: Error, Sendable, Equatable {
    package let status: HTTPStatus
    package let message: String
    package let reason: ConnectionRejection

    static func malformed(_ message: String) -> RequestFault {
        RequestFault(status: .badRequest, message: message, reason: .malformedHead)
    }

    static func headTooLarge(_ message: String) -> RequestFault {
        RequestFault(status: .headTooLarge, message: message, reason: .headTooLarge)
    }
}
