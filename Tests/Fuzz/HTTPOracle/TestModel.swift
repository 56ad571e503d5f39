package import Inference
import NIOPosix
package import Remote
package import ServingCore
package import Slots
import TestSupport

/// Loaded models without files, on engines that tests write.
package enum TestModel {
    package static let reaper = ModelReaper(threads: .singleton)

    package struct BadName: Error {}

    package static func load(
        _ name: String = "m",
        version: Int = 1,
        engine: any InferenceEngine = FakeEngine(),
        execution: ExecutionConfiguration = ExecutionConfiguration(mode: .inline),
        requestTimeout: UInt64 = 30_000_000_000,
        remote: RemoteModel? = nil
    ) throws -> LoadedModel {
        guard let model = ModelName(name) else { throw BadName() }
        var manifest = ModelManifest()
        manifest.execution = execution
        manifest.requestTimeout = ManifestDuration(nanoseconds: requestTimeout)
        return LoadedModel(
            ModelVersion(
                model: model,
                version: version,
                content: .model(TensorBytes(copying: [])),
                digest: "",
                about: VersionManifest()
            ),
            source: name,
            manifest: manifest,
            signature: engine.signature,
            executor: try ModelExecutor(engine: engine, name: name, configuration: execution),
            warmUp: WarmUpResult(declared: 0, medianNanoseconds: nil, inputBytes: 0),
            remote: remote,
            reaper: Self.reaper
        )
    }
}
