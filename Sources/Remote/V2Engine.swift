import HTTP1
import NIOCore
import OpenInference
import ServingCore
import Upstream

/// Asks a V2 server: tensors in, tensors out, for threads that may wait. The server's answers are checked against the
/// signature like those of nobody one trusts.
final class V2Engine: RemoteEngine {
    let signature: ModelSignature
    private let caller: RemoteCaller
    private let json: UpstreamRoute
    private let binary: UpstreamRoute
    private let form: InferRequestEncoder.Form
    private let encoder: InferRequestEncoder

    init(
        _ caller: RemoteCaller,
        signature: ModelSignature,
        json: UpstreamRoute,
        binary: UpstreamRoute,
        form: InferRequestEncoder.Form
    ) {
        self.caller = caller
        self.signature = signature
        self.json = json
        self.binary = binary
        self.form = form
        self.encoder = InferRequestEncoder(signature: signature, form: form)
    }

    func mirrored() -> any InferenceEngine {
        V2Engine(
            self.caller.mirrored(),
            signature: self.signature,
            json: self.json,
            binary: self.binary,
            form: self.form
        )
    }

    func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        var body = ByteBuffer()
        let jsonLength = try self.encoder.encode(inputs, outputs: outputs, into: &body)
        var lines = RequestLines()
        if let jsonLength { lines.add("inference-header-content-length", jsonLength) }
        let answer = try self.caller.ask(jsonLength == nil ? self.json : self.binary, body, lines: lines, cancellation)
        return try InferResponseDecoder().decode(
            answer.body,
            status: answer.head.status,
            jsonLength: answer.head.inferenceHeaderLength,
            signature: self.signature,
            outputs: outputs
        )
    }
}
