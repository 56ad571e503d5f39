/// Why a model cannot be served. The message is one sentence for an operator: what is wrong, and what would be right.
package struct EngineLoadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Bounded set: safe as a metric label.
    package enum Code: String, Sendable, CaseIterable {
        /// The bytes are not an ONNX model, or only part of one.
        case notAModel = "not_a_model"
        /// The model keeps weights in other files.
        case externalData = "external_data"
        /// An operator needs a library that is not loaded.
        case customOperator = "custom_operator"
        /// An input or output has a type that cannot be sent to a client.
        case unsupportedType = "unsupported_type"
        /// The runtime refused the model.
        case refused = "refused"
        /// The configuration asks for what this model cannot do.
        case configuration = "configuration"
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { self.message }
}
