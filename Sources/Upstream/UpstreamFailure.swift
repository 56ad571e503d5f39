/// Why a backend gave no whole answer.
package struct UpstreamFailure: Error, Sendable, Equatable {
    /// A bounded set: safe as a metric label.
    package enum Reason: UInt8, Sendable, CaseIterable {
        /// No endpoint may be asked at the moment: each has failed too often.
        case unavailable
        /// Too many requests wait for a connection already.
        case overloaded
        case connectFailed
        /// Neither was a connection free nor did a new one open in time.
        case connectTimeout
        /// The connection ended before the answer did.
        case closed
        /// The answer cannot be understood without doubt, or its head has no end.
        case malformed
        /// The answer's body is larger than allowed.
        case tooLarge
        case firstByteTimeout
        case idleTimeout
        case totalTimeout
        /// The caller gave up; told only by `UpstreamClient`.
        case cancelled

        package var label: String { "\(self)" }

        /// The time ran out: 504, where anything else the backend does wrong is 502.
        package var isTimeout: Bool {
            switch self {
            case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout: true
            default: false
            }
        }

        /// Nobody was asked: 503, come again.
        package var isRefusal: Bool { self == .unavailable || self == .overloaded }
    }

    package let reason: Reason
    /// One sentence for operators; holds neither an address nor bytes of the backend.
    package let message: String
    /// Bytes of the request may have reached the backend.
    package let wasSent: Bool
    /// The head of the answer was passed on before.
    package let hasBegun: Bool

    package init(_ reason: Reason, _ message: String, wasSent: Bool = false, hasBegun: Bool = false) {
        self.reason = reason
        self.message = message
        self.wasSent = wasSent
        self.hasBegun = hasBegun
    }
}
