import HTTP1
import NIOCore
import OpenAI
import OpenInference
import Remote
import Routing
import ServingCore
import Shadow
import Slots
import Telemetry
import Upstream

/// Requests that a remote version answers: their bytes are passed on as they are, on a connection of this loop.
extension HTTPConnectionHandler {
    /// Passes the current V2 request on to the version of `handle`.
    func forward(
        _ exchange: Exchange,
        _ handle: SlotHandle,
        _ mirror: ModelMirror?,
        opening: RequestOpening?
    ) throws(InferenceError) {
        guard let upstream = handle.upstream,
            case .openInference(let json, let binary, let rewriter)? = handle.model.remote?.forwarding
        else { throw InferenceError(.unsupported, "this model takes no V2 requests; see /v1/models") }
        if let mirror { try self.decideMirroring(exchange, handle, mirror, opening) }
        let jsonLength = exchange.head.inferenceHeaderLength
        var request = UpstreamRequest(
            jsonLength == nil ? json : binary,
            body: exchange.body,
            isIdempotent: upstream.backend.configuration.isIdempotent
        )
        if let jsonLength { request.lines.add("inference-header-content-length", jsonLength) }
        self.send(request, on: upstream, .openInference(rewriter), exchange)
    }

    func send(
        _ request: UpstreamRequest,
        on upstream: LoopBackend,
        _ kind: ForwardedExchange.Kind,
        _ exchange: Exchange
    ) {
        var request = request
        let limit = Int64(clamping: exchange.handle?.model.manifest.requestTimeout.nanoseconds ?? 0)
        request.deadline = self.now + .nanoseconds(limit)
        let recorded = exchange.mirroring.map { $0.lane.trial.limits.requestBytes }
        for header in exchange.head.captured {
            request.lines.pass(header.name, header.value, upstream.backend.configuration)
        }
        let forwarded = ForwardedExchange(self, exchange, kind, recordedBytes: recorded)
        exchange.forwarded = forwarded
        exchange.timing?.end("decode")
        forwarded.call = upstream.send(request, to: forwarded, now: self.now)
    }

    /// Only what the live version answers is mirrored; a client that picked a slot tries something out. The request's id
    /// and parameters are looked for in its body only when something depends on them.
    private func decideMirroring(
        _ exchange: Exchange,
        _ handle: SlotHandle,
        _ mirror: ModelMirror,
        _ opening: RequestOpening?
    ) throws(InferenceError) {
        guard mirror.lane.mirrors(handle.model), exchange.head.slot == nil else { return }
        var opening = opening
        if opening == nil, mirror.needsBody {
            opening = try self.workspace.decoder.opening(
                exchange.body,
                jsonLength: exchange.head.inferenceHeaderLength,
                parameters: mirror.parameters
            )
        }
        let requestID = opening?.id ?? exchange.head.captured(LoopRouting.requestIDHeader)
        let ticket = mirror.lane.decide(
            requestID: requestID,
            skips: exchange.head.skipsShadow,
            segments: mirror.segments.isEmpty
                ? [] : Self.segments(mirror.segments, opening?.parameters ?? [], exchange.head)
        )
        guard let ticket else { return }
        exchange.mirroring = .init(lane: mirror.lane, ticket: ticket, requestID: requestID, request: nil)
    }

    // MARK: The mirrored leg

    /// Hands the request and its answer to the mirrored leg, once the answer is written.
    func finishForwarded(_ exchange: Exchange, head: ResponseHead, recording: AnswerRecording?) {
        exchange.forwarded = nil
        guard let mirroring = exchange.mirroring.take(), let model = exchange.handle?.model else { return }
        guard let recording, !recording.isCut else { return mirroring.lane.giveUp(mirroring.ticket, .tooLarge) }
        self.offer(mirroring, exchange, model, recording, answerJSONLength: head.inferenceHeaderLength)
    }

    /// The live version gave no answer, or only some of one: an outcome like any other, if it was asked at all.
    func failForwarded(
        _ exchange: Exchange,
        _ error: InferenceError,
        head: ResponseHead?,
        recording: AnswerRecording?
    ) {
        exchange.forwarded = nil
        guard let mirroring = exchange.mirroring.take(), let model = exchange.handle?.model else { return }
        guard error.code != .overloaded else { return mirroring.lane.giveUp(mirroring.ticket, .overload) }
        self.offer(mirroring, exchange, model, recording, failure: error, answerJSONLength: nil)
    }

    private func offer(
        _ mirroring: Exchange.Mirroring,
        _ exchange: Exchange,
        _ model: LoadedModel,
        _ recording: AnswerRecording?,
        failure: InferenceError? = nil,
        answerJSONLength: Int?
    ) {
        let (body, jsonLength) = (exchange.body, exchange.head.inferenceHeaderLength)
        let operation = exchange.openAI?.operation
        let nanoseconds = UInt64(clamping: (self.now - exchange.startedAt).nanoseconds)
        mirroring.lane.offer(
            mirroring.ticket,
            requestID: mirroring.requestID,
            source: .bytes {
                if let operation {
                    return ForwardedContent.openAI(body, operation, recording, failure)
                }
                return ForwardedContent.openInference(
                    body,
                    jsonLength: jsonLength,
                    recording,
                    answerJSONLength: answerJSONLength,
                    failure,
                    model.signature
                )
            },
            liveNanoseconds: nanoseconds,
            bodyBytes: body.readableBytes &+ (recording?.body.readableBytes ?? 0)
        )
    }
}

/// A request's id and the parameters that were asked for.
typealias RequestOpening = (id: String?, parameters: [(name: String, value: String)])
