import Glibc
import Inference
import SystemPackage

/// Finds ONNX Runtime's shared library: the configured path, or `.deps/` of the working directory, or `.deps/` of the
/// checkout the binary was built in, or what the system's loader knows.
enum OnnxRuntimeLocation {
    static func candidates(configured: FilePath?) -> [FilePath] {
        if let configured { return [configured] }
        var places: [FilePath] = [".deps/onnxruntime/libonnxruntime.so"]
        // <checkout>/.build/<triple>/release/teal
        if let binary = Self.binary {
            let checkout = binary.removingLastComponent().removingLastComponent().removingLastComponent()
                .removingLastComponent()
            places.append(checkout.appending(".deps/onnxruntime/libonnxruntime.so"))
        }
        return places.filter { access($0.string, R_OK) == 0 } + ["libonnxruntime.so"]
    }

    static func open(configured: FilePath?) throws(ConfigurationError) -> OnnxRuntime {
        let candidates = Self.candidates(configured: configured)
        do {
            return try OnnxRuntime(path: candidates.first?.string ?? "libonnxruntime.so")
        } catch {
            throw ConfigurationError("onnxruntime: \(error)")
        }
    }

    private static var binary: FilePath? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return FilePath(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
