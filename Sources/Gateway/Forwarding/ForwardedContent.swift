import NIOCore
import OpenAI
import OpenInference
import ServingCore
import Shadow

/// Decodes what was passed on as bytes, on the mirrored leg's threads. Nil when the request cannot be understood.
enum ForwardedContent {
    static func openInference(
        _ request: ByteBuffer,
        jsonLength: Int?,
        _ recording: AnswerRecording?,
        answerJSONLength: Int?,
        _ failure: InferenceError?,
        _ signature: ModelSignature
    ) -> MirroredContent? {
        guard
            let decoded = try? InferRequestDecoder().decode(request, jsonLength: jsonLength, signature: signature)
        else { return nil }
        let live: Result<[Tensor], InferenceError>
        if let failure {
            live = .failure(failure)
        } else if let recording {
            live = Self.decode(recording, answerJSONLength, signature, decoded)
        } else {
            return nil
        }
        return MirroredContent(
            requestID: decoded.id,
            inputs: decoded.inputs,
            outputs: decoded.selectsAllOutputs ? nil : decoded.outputs.map(\.index),
            live: live
        )
    }

    private static func decode(
        _ recording: AnswerRecording,
        _ jsonLength: Int?,
        _ signature: ModelSignature,
        _ request: InferRequest
    ) -> Result<[Tensor], InferenceError> {
        do throws(InferenceError) {
            return .success(
                try InferResponseDecoder().decode(
                    recording.body,
                    status: recording.status,
                    jsonLength: jsonLength,
                    signature: signature,
                    outputs: request.selectsAllOutputs ? nil : request.outputs.map(\.index)
                )
            )
        } catch {
            return .failure(error)
        }
    }

    static func openAI(
        _ request: ByteBuffer,
        _ operation: OpenAIOperation,
        _ recording: AnswerRecording?,
        _ failure: InferenceError?
    ) -> MirroredContent? {
        guard let inputs = try? OpenAIRequestReader().tensors(of: request, as: operation) else { return nil }
        guard let recording else {
            return failure.map { MirroredContent(inputs: inputs, live: .failure($0)) }
        }
        let answer = OpenAIAnswerReader().read(recording, of: operation.task)
        let live: Result<[Tensor], InferenceError> =
            if let error = failure ?? answer.fault { .failure(error) } else {
                .success(answer.tensors(of: operation.task))
            }
        return MirroredContent(inputs: inputs, live: live)
    }
}
