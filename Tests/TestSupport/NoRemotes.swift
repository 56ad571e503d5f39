package import Inference
package import Remote
package import ServingCore

/// What connects a `SlotLoader` of tests whose models are all files.
package func noRemotes(
    _ configuration: BackendConfiguration,
    _ model: ModelName,
    _ version: Int,
    _ cancellation: RunCancellation
) -> Result<RemoteModel, EngineLoadError> {
    .failure(EngineLoadError(.configuration, "this test has no remote versions"))
}
