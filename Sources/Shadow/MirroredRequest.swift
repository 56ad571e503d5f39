package import ServingCore

/// A request on its way to the mirrored leg, with the live answer it got. Owned by one thread at a time.
final class MirroredRequest: Sendable {
    let hash: RequestHash
    let liveNanoseconds: UInt64
    let wantsNoise: Bool
    /// What keeping it costs.
    let bytes: Int
    private let source: MirroredSource
    private let requestID: String?
    private let segments: [Segment]

    init(
        _ ticket: MirrorTicket,
        requestID: String?,
        source: MirroredSource,
        liveNanoseconds: UInt64,
        bytes: Int
    ) {
        self.hash = ticket.hash
        self.requestID = requestID
        self.segments = ticket.segments
        self.source = source
        self.liveNanoseconds = liveNanoseconds
        self.wantsNoise = ticket.wantsNoise
        self.bytes = bytes
    }

    /// What the request and its live answer hold; nil when the request cannot be understood, so that no version could be
    /// asked the same.
    func content() -> MirroredContent? {
        switch self.source {
        case .tensors(let inputs, let outputs, let live):
            return MirroredContent(
                requestID: self.requestID,
                segments: self.segments,
                inputs: inputs,
                outputs: outputs,
                live: live
            )
        case .bytes(let decode):
            guard var content = decode() else { return nil }
            content.requestID = self.requestID ?? content.requestID
            content.segments = self.segments + content.segments
            return content
        }
    }
}

/// Where a mirrored request's tensors come from.
package enum MirroredSource: Sendable {
    /// In the order of the live signature; `outputs` are indices into it, nil for all.
    case tensors([Tensor], outputs: [Int]?, live: Result<[Tensor], InferenceError>)
    /// They have to be decoded still, which the mirrored leg's threads do: request and answer passed as bytes.
    case bytes(@Sendable () -> MirroredContent?)

    /// Bytes held by the tensors and a little for the rest; `bodyBytes` when they share a body's memory, or are not decoded.
    func cost(bodyBytes: Int) -> Int {
        guard case .tensors(let inputs, _, let live) = self else { return bodyBytes &+ 512 }
        var size = 512
        for input in inputs { size &+= input.bytes.count }
        size = max(size, bodyBytes)
        if case .success(let outputs) = live {
            for output in outputs { size &+= output.bytes.count }
        }
        return size
    }
}

/// A mirrored request and its live answer, decoded.
package struct MirroredContent: Sendable {
    package var requestID: String?
    package var segments: [Segment]
    /// In the order of the live signature.
    package var inputs: [Tensor]
    /// Indices into the live signature's outputs; nil means all.
    package var outputs: [Int]?
    package var live: Result<[Tensor], InferenceError>

    package init(
        requestID: String? = nil,
        segments: [Segment] = [],
        inputs: [Tensor],
        outputs: [Int]? = nil,
        live: Result<[Tensor], InferenceError>
    ) {
        self.requestID = requestID
        self.segments = segments
        self.inputs = inputs
        self.outputs = outputs
        self.live = live
    }
}
