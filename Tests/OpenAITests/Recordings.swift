import NIOCore
import OpenAI
import ServingCore

/// Answers as they come off a connection.
enum Recordings {
    /// Piece number `i` comes at `i` milliseconds after the request, the end with the last of them.
    static func of(_ pieces: [String], status: Int = 200, isWhole: Bool = true) -> AnswerRecording {
        self.of(pieces.map { ByteBuffer(string: $0) }, status: status, isWhole: isWhole)
    }

    static func of(_ pieces: [ByteBuffer], status: Int = 200, isWhole: Bool = true) -> AnswerRecording {
        let start: UInt64 = 1_000_000_000
        var recording = AnswerRecording(status: status, startedAt: start)
        var time = start
        for piece in pieces {
            time += 1_000_000
            recording.append(piece, at: time)
        }
        recording.end(at: time, isWhole: isWhole)
        return recording
    }

    static func read(
        _ pieces: String...,
        status: Int = 200,
        isWhole: Bool = true,
        of task: OpenAITask = .generation
    ) -> OpenAIAnswer {
        OpenAIAnswerReader().read(self.of(pieces, status: status, isWhole: isWhole), of: task)
    }

    /// One event for each of `deltas`, then the end.
    static func stream(_ deltas: [String], finish: String = "stop") -> String {
        deltas.map { "data: {\"choices\":[{\"index\":0,\"delta\":\($0)}]}\n\n" }.joined()
            + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"\(finish)\"}]}\n\ndata: [DONE]\n\n"
    }

    /// The bytes cut before each of `positions`, which ascend.
    static func cut(_ bytes: [UInt8], at positions: [Int]) -> [ByteBuffer] {
        zip([0] + positions, positions + [bytes.count]).map { ByteBuffer(bytes: bytes[$0..<$1]) }
    }
}

extension OpenAIAnswer {
    /// Without what depends on when the pieces came.
    var untimed: OpenAIAnswer {
        var answer = self
        answer.firstTokenNanoseconds = 0
        answer.longestGapNanoseconds = 0
        answer.nanoseconds = 0
        return answer
    }
}

extension Tensor {
    /// The BYTES elements.
    var texts: [String] {
        self.bytes.withUnsafeBytes { bytes in
            var elements = BytesElements(bytes)
            var texts: [String] = []
            while let element = elements.next() { texts.append(String(decoding: bytes[element], as: UTF8.self)) }
            return texts
        }
    }

    func values<Value: BitwiseCopyable>(_ type: Value.Type) -> [Value] {
        self.bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Value.self)
            }
        }
    }
}
