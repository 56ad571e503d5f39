import HTTP1
import OpenInference
import Routing
import ServingCore
import Shadow
import Slots

/// The live path's part in mirroring: decide before the request runs, hand over after its answer is written.
extension HTTPConnectionHandler {
    /// Only what the live version answers is mirrored; a client that picked a slot tries something out.
    func decideMirroring(_ request: InferRequest, _ handle: SlotHandle, _ mirror: ModelMirror, _ exchange: Exchange) {
        guard mirror.lane.mirrors(handle.model), exchange.head.slot == nil else { return }
        let requestID = request.id ?? exchange.head.captured(LoopRouting.requestIDHeader)
        let ticket = mirror.lane.decide(
            requestID: requestID,
            skips: exchange.head.skipsShadow,
            segments: mirror.segments.isEmpty ? [] : Self.segments(mirror.segments, request.parameters, exchange.head)
        )
        guard let ticket else { return }
        exchange.mirroring = .init(lane: mirror.lane, ticket: ticket, requestID: requestID, request: request)
    }

    /// Hands the request and its live answer to the mirrored leg; call it once the answer is written.
    func offer(_ mirroring: Exchange.Mirroring, _ live: Result<[Tensor], InferenceError>, bodyBytes: Int) {
        if case .failure(let error) = live, !error.code.isAboutTheModel {
            // The live version never ran: there is nothing to compare with.
            return mirroring.lane.giveUp(mirroring.ticket, .overload)
        }
        guard let request = mirroring.request else {
            return mirroring.lane.giveUp(mirroring.ticket, .undecodable)
        }
        mirroring.lane.offer(
            mirroring.ticket,
            requestID: mirroring.requestID,
            source: .tensors(
                request.inputs,
                outputs: request.selectsAllOutputs ? nil : request.outputs.map(\.index),
                live: live
            ),
            liveNanoseconds: mirroring.nanoseconds,
            bodyBytes: bodyBytes
        )
    }

    static func segments(
        _ sources: [SegmentSource],
        _ parameters: [(name: String, value: String)],
        _ head: RequestHead
    ) -> [Segment] {
        sources.compactMap { source in
            let (value, isHeader): (String?, Bool) =
                switch source {
                case .header(let name): (head.captured(name), true)
                case .parameter(let name): (parameters.first { $0.name == name }?.value, false)
                }
            return value.map { value in
                let value = String(decoding: value.utf8.prefix(64), as: UTF8.self)
                return Segment(key: source.key, value: value, isHeader: isHeader)
            }
        }
    }
}

extension InferenceError.Code {
    /// The model ran, or should have: its failure is an outcome of the leg.
    fileprivate var isAboutTheModel: Bool {
        switch self {
        case .modelFailed, .invalidOutput, .backendFailed, .timeout, .internal: true
        default: false
        }
    }
}
