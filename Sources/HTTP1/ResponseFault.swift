/// An answer whose bytes cannot be understood without doubt, or that is larger than allowed. Its connection must not be
/// used again: where the next answer would begin, nobody can say.
package struct ResponseFault: Error, Sendable, Equatable {
    package enum Kind: Sendable {
        case malformed, headTooLarge, bodyTooLarge
        /// The connection ended before the answer did.
        case truncated
    }

    package let kind: Kind
    /// One sentence for operators.
    package let message: String

    static func malformed(_ message: String) -> ResponseFault {
        ResponseFault(kind: .malformed, message: message)
    }

    static func headTooLarge(_ message: String) -> ResponseFault {
        ResponseFault(kind: .headTooLarge, message: message)
    }

    static func bodyTooLarge(limit: Int) -> ResponseFault {
        ResponseFault(kind: .bodyTooLarge, message: "the answer's body is larger than the \(limit) bytes allowed")
    }

    init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    /// A fault of the chunked coding, which requests and answers share.
    init(_ fault: RequestFault) {
        self.init(kind: fault.status == .contentTooLarge ? .bodyTooLarge : .malformed, message: fault.message)
    }
}
