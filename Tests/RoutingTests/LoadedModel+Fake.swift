import Inference
import ServingCore
import Slots
import TestSupport
import Testing

extension LoadedModel {
    /// Version `version` of model `name`, run by `engine`, freed on the tests' loading threads.
    static func fake(_ name: String = "m", version: Int = 1, engine: any InferenceEngine = FakeEngine()) throws
        -> LoadedModel
    {
        LoadedModel(
            ModelVersion(
                model: try #require(ModelName(name)),
                version: version,
                bytes: TensorBytes(copying: []),
                digest: "digest-\(version)",
                about: VersionManifest()
            ),
            source: "models",
            manifest: ModelManifest(),
            signature: engine.signature,
            executor: try ModelExecutor(engine: engine, name: name),
            warmUp: WarmUpResult(declared: 0, medianNanoseconds: nil, inputBytes: 0),
            reaper: ModelReaper(threads: TestThreads.loading)
        )
    }
}
