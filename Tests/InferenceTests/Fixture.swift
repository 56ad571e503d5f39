import Glibc
import Inference
import ServingCore
import Testing

/// The models next to these tests and the library they run on.
enum Fixture {
    /// `.deps` of this checkout, unless TEAL_ONNXRUNTIME names another library.
    static let libraryPath: String = {
        if let path = getenv("TEAL_ONNXRUNTIME") { return String(cString: path) }
        return Self.parent(of: Self.folder, levels: 3) + "/.deps/onnxruntime/libonnxruntime.so"
    }()

    static let runtime: Result<OnnxRuntime, OnnxRuntimeError> = Result { () throws(OnnxRuntimeError) in
        try OnnxRuntime(path: Self.libraryPath)
    }

    static func engine(_ name: String, options: EngineOptions = EngineOptions()) throws -> OnnxEngine {
        try Self.runtime.get().load(TensorBytes(copying: Self.bytes(name)), options: options)
    }

    /// The content of `Fixtures/<name>.onnx`.
    static func bytes(_ name: String) throws -> [UInt8] {
        let file = try #require(fopen("\(Self.folder)/\(name).onnx", "rb"), "no fixture \(name)")
        defer { fclose(file) }
        var content: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { content += block[..<count] }
        return content
    }

    private static let folder = Self.parent(of: #filePath, levels: 1) + "/Fixtures"

    private static func parent(of path: String, levels: Int) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast(levels).joined(separator: "/")
    }
}
