import ServingCore

/// A request on its way to the mirrored leg, with the live answer it got. Owned by one thread at a time.
final class MirroredRequest: Sendable {
    let hash: RequestHash
    let requestID: String?
    let segments: [Segment]
    /// In the order of the live signature.
    let inputs: [Tensor]
    /// Indices into the live signature's outputs; nil means all.
    let outputs: [Int]?
    let live: Result<[Tensor], InferenceError>
    let liveNanoseconds: UInt64
    let wantsNoise: Bool
    /// What keeping it costs.
    let bytes: Int

    init(
        _ ticket: MirrorTicket,
        requestID: String?,
        inputs: [Tensor],
        outputs: [Int]?,
        live: Result<[Tensor], InferenceError>,
        liveNanoseconds: UInt64,
        bytes: Int
    ) {
        self.hash = ticket.hash
        self.requestID = requestID
        self.segments = ticket.segments
        self.inputs = inputs
        self.outputs = outputs
        self.live = live
        self.liveNanoseconds = liveNanoseconds
        self.wantsNoise = ticket.wantsNoise
        self.bytes = bytes
    }

    /// Bytes held by the tensors and a little for the rest; `bodyBytes` when the inputs share a request body's memory.
    static func cost(inputs: [Tensor], live: Result<[Tensor], InferenceError>, bodyBytes: Int) -> Int {
        var size = 512
        for input in inputs { size &+= input.bytes.count }
        size = max(size, bodyBytes)
        if case .success(let outputs) = live {
            for output in outputs { size &+= output.bytes.count }
        }
        return size
    }
}
