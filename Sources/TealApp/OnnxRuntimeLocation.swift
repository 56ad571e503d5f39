import Inference
import SystemPackage

/// Finds ONNX Runtime's shared library: the configured path, or the one the set-up fetched, or what the system's loader
/// knows.
enum OnnxRuntimeLocation {
    static func open(configured: FilePath?) throws(ConfigurationError) -> OnnxRuntime {
        let found = configured ?? CheckoutFile.places(".deps/onnxruntime/libonnxruntime.so").first
        do {
            return try OnnxRuntime(path: found?.string ?? "libonnxruntime.so")
        } catch {
            throw ConfigurationError("onnxruntime: \(error)")
        }
    }
}
