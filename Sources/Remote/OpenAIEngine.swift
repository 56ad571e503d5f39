import HTTP1
import NIOCore
import OpenAI
import ServingCore
import Synchronization
import Upstream

/// Asks a server of OpenAI's API, for threads that may wait: the `request` input is the body that is sent, with the model's
/// name as the server knows it; the outputs are what its answer says, put together when it was streamed.
final class OpenAIEngine: RemoteEngine {
    let signature: ModelSignature
    private let caller: RemoteCaller
    private let forwarding: OpenAIForwarding
    /// Nil inside: nothing is bounded.
    private let budget: Mutex<MirrorBudget?>

    init(_ caller: RemoteCaller, _ forwarding: OpenAIForwarding, budget: MirrorBudget? = nil) {
        self.signature = forwarding.task.signature
        self.caller = caller
        self.forwarding = forwarding
        self.budget = Mutex(budget)
    }

    func mirrored() -> any InferenceEngine {
        let declared = self.caller.configuration.budget
        return OpenAIEngine(
            self.caller.mirrored(),
            self.forwarding,
            budget: declared == BackendConfiguration.Budget() ? nil : MirrorBudget(MirrorBudget.Limits(declared))
        )
    }

    func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        guard inputs.count == 2 else {
            throw InferenceError(.invalidRequest, "a request of this API is the prompt and the body")
        }
        let request: OpenAIRequest
        let body: ByteBuffer
        do throws(OpenAIError) {
            (request, body) = try OpenAIRequestReader()
                .outgoing(inputs[1], for: self.forwarding.task, self.forwarding.rewriter)
        } catch {
            throw error.inferenceError
        }
        guard let route = self.forwarding.route(request.operation) else {
            throw InferenceError(.unsupported, "the model takes no requests of \(request.operation.path)")
        }
        let reservation = try self.reserve(request)
        let answer: OpenAIAnswer
        do throws(InferenceError) {
            answer = try self.ask(route, body, cancellation)
        } catch {
            // It may have been answered, and cost what it costs, all the same.
            self.settle(reservation, nil)
            throw error
        }
        self.settle(reservation, reservation.map { answer.usedTokens(assumingPrompt: $0.usage.prompt) })
        if let fault = answer.fault { throw fault }
        let tensors = answer.tensors(of: self.forwarding.task)
        guard let outputs else { return tensors }
        return outputs.compactMap { tensors.indices.contains($0) ? tensors[$0] : nil }
    }

    private func ask(
        _ route: UpstreamRoute,
        _ body: ByteBuffer,
        _ cancellation: RunCancellation?
    ) throws(InferenceError) -> OpenAIAnswer {
        let answer = try self.caller.ask(route, body, cancellation)
        var recording = AnswerRecording(status: answer.head.status, startedAt: answer.sentAt)
        var body = answer.body
        var taken = 0
        for arrival in answer.arrivals {
            guard let piece = body.readSlice(length: arrival.bytes - taken) else { break }
            taken = arrival.bytes
            recording.append(piece, at: arrival.at)
        }
        recording.append(body, at: answer.endedAt)
        recording.end(at: answer.endedAt, isWhole: true)
        return OpenAIAnswerReader().read(recording, of: self.forwarding.task)
    }

    /// Nil when nothing is bounded.
    private func reserve(_ request: OpenAIRequest) throws(InferenceError) -> MirrorBudget.Reservation? {
        do throws(MirrorBudget.Shortage) {
            return try self.budget.withLock { budget throws(MirrorBudget.Shortage) in try budget?.take(for: request) }
        } catch {
            throw InferenceError(.overBudget, "the release's budget of \(error.rawValue) is used up")
        }
    }

    private func settle(_ reservation: MirrorBudget.Reservation?, _ usage: TokenUsage?) {
        guard let reservation else { return }
        self.budget.withLock { $0?.settle(reservation, usage: usage) }
    }
}

extension MirrorBudget.Limits {
    fileprivate init(_ budget: BackendConfiguration.Budget) {
        self.init(
            calls: budget.calls,
            tokens: budget.tokens,
            money: budget.money,
            promptPrice: budget.promptPrice ?? 0,
            completionPrice: budget.completionPrice ?? 0
        )
    }
}
