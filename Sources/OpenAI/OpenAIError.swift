package import NIOCore
internal import OpenInference
package import ServingCore

/// A refusal in the shape that clients of the OpenAI API read.
package struct OpenAIError: Error, Sendable, Equatable {
    package let code: InferenceError.Code
    /// One sentence for the client: what is wrong and what would be right.
    package let message: String
    /// The field of the request at fault, e.g. `stream_options.include_usage`.
    package let param: String?

    package init(_ code: InferenceError.Code, _ message: String, param: String? = nil) {
        self.code = code
        self.message = message
        self.param = param
    }

    package init(_ error: InferenceError) {
        self.init(error.code, error.message)
    }

    /// The same for callers that speak another protocol.
    package var inferenceError: InferenceError { InferenceError(self.code, self.message) }

    /// The body of an answer that is nothing but this error.
    package func document() -> ByteBuffer {
        var buffer = ByteBuffer()
        self.write(to: &buffer)
        return buffer
    }

    /// An event to send when a stream that has begun cannot go on. `[DONE]` must not follow it: a client that overlooks
    /// the event would take what came before for the whole answer.
    ///
    /// - Parameter isBetweenEvents: `SSEReader.isBetweenEvents` of what was sent so far; an event that was cut off is
    ///   ended first, so that this one stands alone.
    package func event(isBetweenEvents: Bool) -> ByteBuffer {
        var buffer = ByteBuffer()
        if !isBetweenEvents { buffer.writeJSON("\n\n") }
        buffer.writeJSON("data: ")
        self.write(to: &buffer)
        buffer.writeJSON("\n\n")
        return buffer
    }

    private func write(to buffer: inout ByteBuffer) {
        buffer.writeJSON("{\"error\":{\"message\":")
        buffer.writeJSONString(self.message)
        buffer.writeJSON(",\"type\":\"")
        buffer.writeJSON(self.type)
        buffer.writeJSON("\",\"param\":")
        if let param = self.param {
            buffer.writeJSONString(param)
        } else {
            buffer.writeJSON("null")
        }
        buffer.writeJSON(",\"code\":")
        // The one code that clients are known to look for.
        buffer.writeJSONString(self.code == .notFound ? "model_not_found" : self.code.rawValue)
        buffer.writeJSON("}}")
    }

    private var type: StaticString {
        switch self.code {
        case .invalidRequest, .tooLarge, .notFound, .unsupported: "invalid_request_error"
        case .forbidden: "permission_error"
        case .notReady, .overloaded, .timeout, .modelFailed, .invalidOutput, .backendFailed, .overBudget, .internal:
            "server_error"
        }
    }
}
