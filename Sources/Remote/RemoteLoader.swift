package import Inference
package import NIOCore
import OpenAI
import OpenInference
package import ServingCore
import Upstream

/// Makes remote versions: resolves the server's names, asks it what it takes, and keeps an eye on its health.
package struct RemoteLoader: Sendable {
    private let group: any EventLoopGroup
    /// Of all versions this has loaded.
    package let counts = RemoteCounts()

    /// - Parameter group: whose loops carry everything but live requests; none of the data plane's.
    package init(group: any EventLoopGroup) {
        self.group = group
    }

    /// Blocks until the server has answered: never call it on an event loop.
    ///
    /// - Parameters:
    ///   - model: what clients call it.
    ///   - version: as clients know it.
    ///   - cancellation: gives up a server that does not answer.
    package func load(
        _ configuration: BackendConfiguration,
        model: String,
        version: Int,
        cancellation: RunCancellation? = nil
    ) -> Result<RemoteModel, EngineLoadError> {
        do throws(BackendError) {
            let backend = try Backend(configuration)
            let seed = UInt64.random(in: .min ... .max)
            let loop = self.group.next()
            let client = UpstreamClient(backend, on: loop, seed: seed)
            let health = HealthChecks(backend, on: loop, seed: seed)
            let builder = RemoteBuilder(
                client: client,
                caller: RemoteCaller(client, counts: self.counts, key: .init(model: model, version: version)),
                health: health,
                model: model,
                version: String(version),
                cancellation: cancellation
            )
            return switch configuration.kind {
            case .openInference: .success(try builder.openInference())
            case .kserveV1: .success(try builder.kserveV1())
            case .openAI: .success(try builder.openAI())
            }
        } catch {
            return .failure(EngineLoadError(.refused, error.description))
        }
    }
}
