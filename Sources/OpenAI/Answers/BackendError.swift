internal import OpenInference
internal import ServingCore

/// What a backend says is wrong, in any of the shapes that servers use: OpenAI's `{"error":{"message"}}`, Triton's and
/// OpenVINO's `{"error":"text"}`, vLLM's former `{"object":"error","message"}`, FastAPI's `{"detail"}`.
struct BackendError {
    private var message: String?
    /// An HTTP status that it names.
    private var status: Int?

    init(message: String?) {
        self.message = message
    }

    /// An error among the members of an answer or event that may as well be none.
    init?(in tape: JSONTape) {
        var error: Int?
        var message: Int?
        var isError = false
        for (key, value) in tape.members(JSONTape.first) {
            if spells(key, "error") {
                error = value
            } else if spells(key, "message") {
                message = value
            } else if spells(key, "object"), let object = tape.string(value) {
                isError = spells(object, "error")
            }
        }
        if let error, !tape.isAbsent(error) {
            self.init(tape, error)
        } else if isError {
            self.init(tape, message ?? JSONTape.first)
        } else {
            return nil
        }
    }

    /// The body of an answer whose status says that it is an error.
    init?(refusal tape: JSONTape) {
        if let error = BackendError(in: tape) {
            self = error
            return
        }
        for (key, value) in tape.members(JSONTape.first) where spells(key, "detail") || spells(key, "message") {
            self.init(tape, value)
            return
        }
        return nil
    }

    /// An error that came as such: the object itself, or an object that holds it.
    init(payload tape: JSONTape) {
        self = BackendError(in: tape) ?? BackendError(tape, JSONTape.first)
    }

    private init(_ tape: JSONTape, _ index: Int) {
        if let text = tape.string(index) { self.message = quoted(text, most: 256) }
        for (key, value) in tape.members(index) {
            if spells(key, "message"), let text = tape.string(value) {
                self.message = quoted(text, most: 256)
            } else if spells(key, "code"), let code = tape.whole(value), (400..<600).contains(code) {
                self.status = code
            }
        }
    }

    var inferenceError: InferenceError {
        InferenceError(self.status.map(Self.code) ?? .modelFailed, "the backend said \(self.message ?? "nothing more")")
    }

    func inferenceError(status: Int) -> InferenceError {
        InferenceError(Self.code(status), "the backend answered \(status)" + (self.message.map { ": \($0)" } ?? ""))
    }

    private static func code(_ status: Int) -> InferenceError.Code {
        switch status {
        case 401, 403: .forbidden
        case 404: .notFound
        case 408, 504: .timeout
        case 413: .tooLarge
        case 429, 503: .overloaded
        case 501: .unsupported
        case 400..<500: .invalidRequest
        case 500: .modelFailed
        default: .backendFailed
        }
    }
}
