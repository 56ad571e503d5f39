import NIOCore
package import OpenAI
package import OpenInference
package import ServingCore
package import Upstream

/// A version that a remote server answers for: its backend, what it is asked, and the engine that asks it from threads
/// that may wait. Made once, when the version is loaded.
package struct RemoteModel: Sendable {
    /// What the live path sends requests to as they come; nil where they have to be translated.
    package enum Forwarding: Sendable {
        /// V2 to V2; with a rewriter when the backend knows the model by another name, which its answers hold.
        case openInference(json: UpstreamRoute, binary: UpstreamRoute, rewriter: InferResponseRewriter?)
        case openAI(OpenAIForwarding)
    }

    package let backend: Backend
    package let engine: any InferenceEngine
    package let forwarding: Forwarding?
    /// What V2 metadata calls the server: its own word, or the protocol.
    package let platform: String
    /// Goes on as long as the version is loaded.
    private let health: HealthChecks?
    /// Of what the protocol allows to check, what could not be; nil when all was.
    package let note: String?

    package init(
        backend: Backend,
        engine: any InferenceEngine,
        forwarding: Forwarding?,
        platform: String,
        health: HealthChecks?,
        note: String? = nil
    ) {
        self.backend = backend
        self.engine = engine
        self.forwarding = forwarding
        self.platform = platform
        self.health = health
        self.note = note
    }

    /// Outputs that tell how a request was answered rather than what.
    package var measurements: [String] {
        guard case .openAI(let forwarding)? = self.forwarding else { return [] }
        return forwarding.task.measurements
    }

    /// The tensors of a request as clients of the protocol write it; nil when it is written in V2, as for any model.
    package func inputs(ofRequest text: String) throws(InferenceError) -> [Tensor]? {
        guard case .openAI(let forwarding)? = self.forwarding else { return nil }
        let body = ByteBuffer(string: text)
        let reader = OpenAIRequestReader()
        do throws(OpenAIError) {
            guard let operation = try reader.operation(of: body, for: forwarding.task) else { return nil }
            return try reader.tensors(of: body, as: operation)
        } catch {
            throw error.inferenceError
        }
    }
}

/// How requests of OpenAI's API are passed on.
package struct OpenAIForwarding: Sendable {
    package let task: OpenAITask
    /// Puts the name that the backend knows the model by in a request's place of ours.
    package let rewriter: ModelRewriter
    /// Puts our name back into the answer; nil when both are the same.
    package let answers: AnswerModelRewriter?
    private let routes: [OpenAIOperation: UpstreamRoute]

    package init(
        task: OpenAITask,
        rewriter: ModelRewriter,
        answers: AnswerModelRewriter?,
        routes: [OpenAIOperation: UpstreamRoute]
    ) {
        self.task = task
        self.rewriter = rewriter
        self.answers = answers
        self.routes = routes
    }

    /// Nil when the model is not for this operation.
    package func route(_ operation: OpenAIOperation) -> UpstreamRoute? { self.routes[operation] }
}
