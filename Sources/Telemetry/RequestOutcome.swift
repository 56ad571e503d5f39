package import ServingCore

/// How one inference request ended; a bounded set, used as a metric label.
package enum RequestOutcome: UInt8, Sendable, CaseIterable {
    case answered
    /// The client's mistake: 4xx.
    case refused
    /// The model ran and failed, or answered with something it must not.
    case failed
    case timeout
    /// A bounded queue was full.
    case shed
    /// The client went away before the answer.
    case aborted

    package init(_ code: InferenceError.Code) {
        switch code {
        case .invalidRequest, .tooLarge, .notFound, .forbidden, .unsupported: self = .refused
        case .modelFailed, .invalidOutput, .backendFailed, .internal: self = .failed
        case .timeout: self = .timeout
        case .overloaded, .notReady, .overBudget: self = .shed
        }
    }

    package var label: String { "\(self)" }
}
