import Inference
package import ServingCore
package import Slots

extension LoadedModel {
    /// Version `version` of model `name`, run by `engine`, freed on the tests' loading threads. Throws when `name` is no
    /// model name.
    package static func fake(
        _ name: String = "m",
        version: Int = 1,
        engine: any InferenceEngine = FakeEngine()
    ) throws -> LoadedModel {
        guard let model = ModelName(name) else { throw InferenceError(.internal, "'\(name)' is no model name") }
        return LoadedModel(
            ModelVersion(
                model: model,
                version: version,
                content: .model(TensorBytes(copying: [])),
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
