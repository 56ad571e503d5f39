internal import NIOCore
internal import OpenInference
internal import ServingCore

/// Puts answers together. One per thread: it reuses its scratch memory. Never traps on what a backend sent.
package final class OpenAIAnswerReader {
    let limits: OpenAILimits
    let parser: JSONParser

    package init(limits: OpenAILimits = .init()) {
        self.limits = limits
        self.parser = JSONParser(maxDepth: limits.maxDepth)
    }

    /// Whether an answer is a stream is told by its bytes: backends stream unasked, or answer in one piece.
    package func read(_ recording: AnswerRecording, of task: OpenAITask) -> OpenAIAnswer {
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        var assembly = AnswerAssembly(task: task, limits: self.limits)
        let isSuccess = (200..<300).contains(recording.status)
        recording.body.withUnsafeReadableBytes { bytes in
            if recording.isCut {
                assembly.fail(.invalidOutput, "the answer is longer than the limit for an answer")
            } else if !isSuccess {
                assembly.fail(self.refusal(recording.status, bytes))
            } else if Self.isStream(bytes) {
                self.readStream(bytes, recording, &assembly)
            } else {
                self.readDocument(bytes, recording, &assembly)
            }
        }
        var answer = self.finish(assembly, recording)
        answer.isRefused = !isSuccess
        return answer
    }

    private static func isStream(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let first = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return first.map { $0 != UInt8(ascii: "{") } ?? false
    }

    private func readDocument(
        _ bytes: UnsafeRawBufferPointer,
        _ recording: AnswerRecording,
        _ assembly: inout AnswerAssembly
    ) {
        guard recording.isWhole else {
            assembly.fail(.backendFailed, "the answer broke off before its end")
            return
        }
        self.parse(bytes, "the answer", &assembly) { tape, assembly in assembly.take(tape) }
    }

    private func readStream(
        _ bytes: UnsafeRawBufferPointer,
        _ recording: AnswerRecording,
        _ assembly: inout AnswerAssembly
    ) {
        assembly.isStreamed = true
        var events = SSEReader(maxEventBytes: self.limits.maxEventBytes)
        var start = 0
        for piece in recording.pieces {
            let end = min(piece.end, bytes.count)
            events.read(UnsafeRawBufferPointer(rebasing: bytes[min(start, end)..<end])) { event in
                self.take(event, at: piece.receivedAt, &assembly)
            }
            start = end
        }
        if recording.isWhole { events.end { event in self.take(event, at: recording.endedAt, &assembly) } }
        if events.overlongEvents > 0 {
            assembly.fail(.invalidOutput, "an event of the stream is longer than \(self.limits.maxEventBytes) bytes")
        }
        guard !events.isDone else { return }
        if !recording.isWhole {
            assembly.fail(.backendFailed, "the stream broke off before its end")
        } else if !assembly.isFinished {
            assembly.fail(.backendFailed, "the stream ended without [DONE]")
        }
    }

    private func take(_ event: SSEEvent, at time: UInt64, _ assembly: inout AnswerAssembly) {
        switch event {
        case .data(let bytes):
            self.parse(bytes, "an event of the stream", &assembly) { tape, assembly in
                assembly.take(tape, at: time)
            }
        case .error(let bytes):
            guard let tape = try? self.parser.parse(bytes) else {
                assembly.fail(.modelFailed, "the backend said \(quoted(bytes.bindMemory(to: UInt8.self), most: 256))")
                return
            }
            assembly.fail(BackendError(payload: tape).inferenceError)
        }
    }

    private func parse(
        _ bytes: UnsafeRawBufferPointer,
        _ what: String,
        _ assembly: inout AnswerAssembly,
        _ use: (JSONTape, inout AnswerAssembly) -> Void
    ) {
        do throws(JSONParser.Failure) {
            use(try self.parser.parse(bytes), &assembly)
        } catch {
            switch error {
            case .outOfMemory: assembly.fail(.overloaded, "there was not enough memory to read \(what)")
            case .malformed(let message): assembly.fail(.invalidOutput, "\(what) is not JSON: \(message)")
            }
        }
    }

    private func refusal(_ status: Int, _ bytes: UnsafeRawBufferPointer) -> InferenceError {
        let error = (try? self.parser.parse(bytes)).flatMap { BackendError(refusal: $0) }
        return (error ?? BackendError(message: nil)).inferenceError(status: status)
    }
}
