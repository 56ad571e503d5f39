/// Why ONNX Runtime's library could not be opened. The description is one line for an operator and says what to do.
package enum OnnxRuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
    case notLoaded(path: String, reason: String)
    case notOnnxRuntime(path: String)
    case tooOld(path: String, found: String)
    case notStarted(reason: String)

    package var description: String {
        switch self {
        case .notLoaded(let path, let reason):
            "ONNX Runtime's library \(path) cannot be opened (\(reason)); \(Self.remedy)"
        case .notOnnxRuntime(let path):
            "\(path) is a library, but not ONNX Runtime; \(Self.remedy)"
        case .tooOld(let path, let found):
            "\(path) is ONNX Runtime \(found), and at least 1.\(OnnxRuntime.minimumVersion) is needed; \(Self.remedy)"
        case .notStarted(let reason):
            "ONNX Runtime does not start: \(reason)"
        }
    }

    private static let remedy = "run `make setup`, or name another library with `--onnxruntime PATH`"
}
