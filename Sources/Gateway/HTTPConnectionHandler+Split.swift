import HTTP1
import OpenInference
import Routing
import ServingCore
import Slots

/// A model whose clients two versions share: who answers depends on what the request says, so it is chosen while the
/// request is decoded, and the tensors are read by the signature of the version chosen.
extension HTTPConnectionHandler {
    /// - Parameter handle: the live version; the candidate once it is chosen.
    func decode(
        _ exchange: Exchange,
        _ route: ModelRoute,
        _ split: ModelSplit,
        _ handle: inout SlotHandle
    ) throws(InferenceError) -> InferRequest {
        try self.workspace.decoder.decode(
            exchange.body,
            jsonLength: exchange.head.inferenceHeaderLength,
            parameters: route.parameters
        ) { id, parameters in
            self.choose(exchange, split, (id, parameters), &handle)
            return handle.model.signature
        }
    }

    /// The version that answers the client whom the request names.
    func choose(
        _ exchange: Exchange,
        _ split: ModelSplit,
        _ opening: RequestOpening,
        _ handle: inout SlotHandle
    ) {
        let value: String? =
            switch split.key {
            case .requestID:
                opening.id.flatMap { $0.isEmpty ? nil : $0 } ?? exchange.head.captured(LoopRouting.requestIDHeader)
            case .header(let name): exchange.head.captured(name)
            case .parameter(let name): opening.parameters.first { $0.name == name }?.value
            }
        guard let candidate = split.candidate(for: value) else { return }
        exchange.move(to: candidate)
        handle = candidate
    }
}
