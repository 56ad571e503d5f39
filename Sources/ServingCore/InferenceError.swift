/// Why a request got no answer. The one error type of the data plane: small, `Sendable`, mapped to a protocol's own
/// status and body in one place (`Gateway`).
package struct InferenceError: Error, Sendable, Equatable {
    /// Bounded set: safe as a metric label. The raw value is the stable string shown to clients and operators.
    package enum Code: String, Sendable, CaseIterable {
        /// The request is malformed or does not fit the model's signature.
        case invalidRequest = "invalid_request"
        /// The body, a field or a tensor is larger than the limits allow.
        case tooLarge = "too_large"
        /// No such model, version or slot.
        case notFound = "not_found"
        /// The caller may not do this (e.g. ask for a slot the model does not open).
        case forbidden = "forbidden"
        /// Known but not offered (a datatype, an encoding).
        case unsupported = "unsupported"
        /// The slot is not ready.
        case notReady = "not_ready"
        /// A bounded queue is full; retry later.
        case overloaded = "overloaded"
        /// The deadline passed, or the request was cancelled.
        case timeout = "timeout"
        /// The model ran and failed.
        case modelFailed = "model_failed"
        /// The model answered with something it must not (NaN in JSON, wrong shape).
        case invalidOutput = "invalid_output"
        /// The server behind a remote version gave no answer, or none that can be understood.
        case backendFailed = "backend_failed"
        /// What a release may use up of the candidate's calls, tokens or money is used up.
        case overBudget = "over_budget"
        /// A mistake of the gateway itself.
        case `internal` = "internal"
    }

    package let code: Code
    /// One sentence for the client: what is wrong and what would be right. Never a path, pointer or internal name.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
