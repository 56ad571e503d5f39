import HTTP1
import NIOCore
import OpenAI
import Remote
import Routing
import ServingCore
import Shadow
import Slots
import Telemetry
import Upstream

/// OpenAI's API: the request names the model in its body, and the model's live version is a server of that API, to which
/// the request is passed on with the model's name as that server knows it.
extension HTTPConnectionHandler {
    func complete(_ operation: OpenAIOperation) {
        guard let exchange = self.exchange else { return }
        do throws(OpenAIError) {
            let request = try self.workspace.openAI.read(exchange.body, as: operation)
            exchange.openAI = request
            try self.forward(request, exchange)
        } catch {
            self.send(error)
        }
    }

    private func forward(_ request: OpenAIRequest, _ exchange: Exchange) throws(OpenAIError) {
        guard let route = self.workspace.routing.table.models[request.model] else {
            throw OpenAIError(.notFound, "unknown model '\(request.model.prefix(64))'", param: "model")
        }
        var handle: SlotHandle
        do throws(InferenceError) {
            handle = try route.decide(slot: exchange.head.slot, version: nil)
            try self.workspace.overload.admit(handle, now: self.now)
        } catch {
            throw OpenAIError(error)
        }
        handle.running.count += 1
        exchange.handle = handle
        exchange.startedAt = self.now
        if let split = route.split, exchange.head.slot == nil {
            self.choose(exchange, split, Self.opening(of: request), &handle)
        }
        guard let upstream = handle.upstream, case .openAI(let forwarding)? = handle.model.remote?.forwarding,
            let target = forwarding.route(request.operation)
        else {
            throw OpenAIError(
                .unsupported,
                "model '\(route.name)' takes no requests of \(request.operation.path); see /v2/models/\(route.name)",
                param: "model"
            )
        }
        if let mirror = route.mirror { self.decideMirroring(request, handle, mirror, exchange) }
        let outgoing = UpstreamRequest(
            target,
            body: forwarding.rewriter.rewrite(exchange.body, of: request),
            isIdempotent: upstream.backend.configuration.isIdempotent
        )
        self.send(outgoing, on: upstream, .openAI(forwarding.answers), exchange)
    }

    private func decideMirroring(
        _ request: OpenAIRequest,
        _ handle: SlotHandle,
        _ mirror: ModelMirror,
        _ exchange: Exchange
    ) {
        guard mirror.lane.mirrors(handle.model), exchange.head.slot == nil else { return }
        let requestID = exchange.head.captured(LoopRouting.requestIDHeader)
        let ticket = mirror.lane.decide(
            requestID: requestID,
            skips: exchange.head.skipsShadow,
            segments: mirror.segments.isEmpty
                ? [] : Self.segments(mirror.segments, Self.opening(of: request).parameters, exchange.head)
        )
        guard let ticket else { return }
        exchange.mirroring = .init(lane: mirror.lane, ticket: ticket, requestID: requestID, request: nil)
    }

    /// What segments and splits can go by, besides headers: the end user's name and whether the answer is a stream.
    private static func opening(of request: OpenAIRequest) -> RequestOpening {
        let stream = (name: "stream", value: request.isStreamed ? "true" : "false")
        return (nil, [stream] + (request.user.map { [(name: "user", value: $0)] } ?? []))
    }

    /// The models that have a live version of this API.
    func answerOpenAIModels() {
        let names = self.workspace.routing.table.models.values.filter(\.answersOpenAI).map(\.name)
        self.send(.ok, ModelList.document(names.sorted().map(self.entry)))
    }

    func entry(_ model: String) -> ModelList.Entry { ModelList.Entry(id: model, created: self.options.startedAt) }

    private func send(_ error: OpenAIError) {
        var response = ResponseWriter(
            status: HTTPStatus(error.code, tritonStatus: self.options.tritonStatus),
            closes: false
        )
        response.errorCode = error.code.rawValue
        self.send(response, body: error.document(), outcome: RequestOutcome(error.code))
    }
}

extension ModelRoute {
    /// Its live version is a server of OpenAI's API.
    var answersOpenAI: Bool {
        if case .openAI? = self.live?.model.remote?.forwarding { true } else { false }
    }
}
