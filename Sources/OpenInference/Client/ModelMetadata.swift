package import ServingCore

/// What a V2 server says of a model: `GET /v2/models/{model}`.
package struct ModelMetadata: Sendable, Equatable {
    package let name: String
    /// Empty for servers without versions.
    package let versions: [String]
    /// E.g. `onnxruntime_onnx`; empty when the server does not say.
    package let platform: String
    package let signature: ModelSignature

    package init(name: String, versions: [String], platform: String, signature: ModelSignature) {
        self.name = name
        self.versions = versions
        self.platform = platform
        self.signature = signature
    }
}
