internal import ServingCore

/// Which way a tensor goes: what errors call it, and whose mistake they say it is.
enum TensorRole {
    /// From a client to a model.
    case input
    /// From a model to a client.
    case output

    var noun: StaticString {
        switch self {
        case .input: "input"
        case .output: "output"
        }
    }

    /// `<noun> 'x' has shape [2], but <declares> [3]`
    var declares: StaticString {
        switch self {
        case .input: "this model takes"
        case .output: "the model declares"
        }
    }

    /// `<noun> '<name>' <sentence>`, with the code of a tensor that is not what it should be.
    func invalid(_ name: String, _ sentence: String) -> InferenceError {
        InferenceError(self.invalidCode, "\(self.noun) \(quoted(name)) \(sentence)")
    }

    var invalidCode: InferenceError.Code {
        switch self {
        case .input: .invalidRequest
        case .output: .invalidOutput
        }
    }

    /// A model that answers too much is at fault, a client that sends too much is told so.
    var tooLargeCode: InferenceError.Code {
        switch self {
        case .input: .tooLarge
        case .output: .invalidOutput
        }
    }
}
