package import Inference
package import OpenInference
package import Remote
package import ServingCore

/// A version that can answer: engine, executor, and everything about it that is the same for each request, rendered
/// once. Dropping the last reference anywhere is safe and cheap: the engine is freed on the reaper's thread.
package final class LoadedModel: Sendable {
    package let model: ModelName
    package let version: Int
    package let source: String
    package let digest: String
    package let about: VersionManifest
    package let manifest: ModelManifest
    package let signature: ModelSignature
    package let executor: ModelExecutor
    package let encoder: InferResponseEncoder
    package let predictEncoder: PredictResponseEncoder
    package let warmUp: WarmUpResult
    /// Set when a remote server answers for this version; `executor` then asks it.
    package let remote: RemoteModel?
    /// The last property, because they are destroyed in order: by then `executor` is let go of.
    private let reaped: ReapedReference

    package init(
        _ version: ModelVersion,
        source: String,
        manifest: ModelManifest,
        signature: ModelSignature,
        executor: ModelExecutor,
        warmUp: WarmUpResult,
        remote: RemoteModel? = nil,
        reaper: ModelReaper
    ) {
        self.model = version.model
        self.version = version.version
        self.source = source
        self.digest = version.digest
        self.about = version.about
        self.manifest = manifest
        self.signature = signature
        self.executor = executor
        self.encoder = InferResponseEncoder(
            model: version.model.description,
            version: String(version.version),
            signature: signature
        )
        self.warmUp = warmUp
        self.remote = remote
        self.predictEncoder = PredictResponseEncoder(signature: signature)
        self.reaped = ReapedReference(executor, reaper: reaper)
    }
}
