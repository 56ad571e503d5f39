import Inference
import ServingCore
import Testing

@Suite("OnnxRuntime")
struct OnnxRuntimeTests {
    @Test("The library says its version")
    func version() throws {
        let version = try Fixture.runtime.get().version
        #expect(version.hasPrefix("1."))
    }

    @Test("A missing library is an error that names the file and the remedy")
    func missing() {
        let error = #expect(throws: OnnxRuntimeError.self) { try OnnxRuntime(path: "/nowhere/libonnxruntime.so") }
        #expect(error?.description.contains("/nowhere/libonnxruntime.so") == true)
        #expect(error?.description.contains("make setup") == true)
        #expect(error?.description.contains("--onnxruntime PATH") == true)
    }

    @Test("A file that is no library is an error, not a crash")
    func notALibrary() {
        for path in [#filePath, "/", ""] {
            let error = #expect(throws: OnnxRuntimeError.self) { try OnnxRuntime(path: path) }
            guard case .notLoaded = error else {
                Issue.record("\(path): \(error.map(\.description) ?? "no error")")
                continue
            }
        }
    }

    @Test("A library that is not ONNX Runtime is told from a missing one")
    func otherLibrary() {
        #expect(throws: OnnxRuntimeError.notOnnxRuntime(path: "libm.so.6")) { try OnnxRuntime(path: "libm.so.6") }
    }

    @Test("A library that is too old is named with the version found and the one needed")
    func tooOld() {
        let text = OnnxRuntimeError.tooOld(path: "lib.so", found: "1.10.0").description
        #expect(text.contains("1.10.0"))
        #expect(text.contains("1.17"))
        #expect(text.contains("make setup"))
    }
}
