import Foundation
import TestSupport

/// The small ONNX models of the engine's tests.
enum Fixtures {
    static func model(_ name: String) throws -> Data {
        try Data(
            contentsOf: URL(fileURLWithPath: GatewayProcess.packageRoot + "/Tests/InferenceTests/Fixtures/\(name).onnx")
        )
    }
}
