package import NIOCore

/// The answer to `GET /v1/models/{model}`.
///
/// One document for both kinds of client: TensorFlow Serving's `model_version_status`, the JSON of its
/// `GetModelStatusResponse`, with versions as strings, and beside it KServe's `name` and `ready` (V1 protocol, "Model
/// Ready").
package enum PredictStatus {
    /// One version as TensorFlow Serving tells of it.
    package struct Version: Sendable, Equatable {
        package var version: String
        package var state: State
        /// Why the version cannot serve; nil when nothing is wrong.
        package var failure: String?

        package init(version: String, state: State, failure: String? = nil) {
            self.version = version
            self.state = state
            self.failure = failure
        }
    }

    /// The raw value is TensorFlow Serving's name.
    package enum State: String, Sendable, CaseIterable {
        case start = "START"
        case loading = "LOADING"
        case available = "AVAILABLE"
        case unloading = "UNLOADING"
        case end = "END"
    }

    package static func document(model: String, ready: Bool, versions: [Version]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeJSON("{\"name\":")
        buffer.writeJSONString(model)
        buffer.writeJSON(ready ? ",\"ready\":true" : ",\"ready\":false")
        buffer.writeJSON(",\"model_version_status\":[")
        for (index, version) in versions.enumerated() {
            buffer.writeJSON(index > 0 ? ",{\"version\":" : "{\"version\":")
            buffer.writeJSONString(version.version)
            buffer.writeJSON(",\"state\":")
            buffer.writeJSONString(version.state.rawValue)
            buffer.writeJSON(",\"status\":{\"error_code\":")
            buffer.writeJSONString(version.failure == nil ? "OK" : "UNKNOWN")
            buffer.writeJSON(",\"error_message\":")
            buffer.writeJSONString(version.failure ?? "")
            buffer.writeJSON("}}")
        }
        buffer.writeJSON("]}")
        return buffer
    }
}
