internal import NIOCore
internal import ServingCore

extension OpenAIAnswerReader {
    /// The answer that was put together; one that lacks what its task asks for is at fault.
    func finish(_ assembly: AnswerAssembly, _ recording: AnswerRecording) -> OpenAIAnswer {
        var assembly = assembly
        switch assembly.task {
        case .generation:
            if assembly.choices.isEmpty { assembly.fail(.invalidOutput, "the answer has no choices") }
        case .embedding:
            if assembly.embeddings == nil { assembly.fail(.invalidOutput, "the answer has no embeddings") }
        }
        var answer = OpenAIAnswer()
        answer.choices = assembly.choices.map(self.choice)
        answer.embeddings = assembly.embeddings
        answer.usage = assembly.usage
        answer.isStreamed = assembly.isStreamed
        answer.tokenEvents = assembly.tokenEvents
        answer.longestGapNanoseconds = assembly.longestGap
        answer.nanoseconds = Self.elapsed(recording.startedAt, recording.endedAt)
        answer.firstTokenNanoseconds =
            assembly.firstTokenAt.map { Self.elapsed(recording.startedAt, $0) }
            ?? answer.nanoseconds
        answer.fault = assembly.fault
        return answer
    }

    private func choice(_ assembly: ChoiceAssembly) -> OpenAIAnswer.Choice {
        var choice = OpenAIAnswer.Choice()
        choice.text = String(buffer: assembly.text)
        choice.reasoning = String(buffer: assembly.reasoning)
        choice.refusal = String(buffer: assembly.refusal)
        choice.finishReason = assembly.finishReason
        guard !assembly.calls.isEmpty else { return choice }
        var calls = ByteBuffer()
        for (index, call) in assembly.calls.enumerated() {
            calls.writeString(index == 0 ? "[" : ",")
            call.write(to: &calls, self.parser)
        }
        calls.writeString("]")
        choice.toolCalls = String(buffer: calls)
        return choice
    }

    private static func elapsed(_ start: UInt64, _ end: UInt64) -> UInt64 { end > start ? end - start : 0 }
}
