internal import NIOCore
internal import OpenInference
internal import ServingCore

/// One choice that grows by a `message`, by `delta`s of one, or by pieces of `text`.
struct ChoiceAssembly {
    private(set) var text = ByteBuffer()
    private(set) var reasoning = ByteBuffer()
    private(set) var refusal = ByteBuffer()
    private(set) var calls: [ToolCallAssembly] = []
    private(set) var finishReason: String?

    /// Returns whether something came that a reader of the answer gets to see.
    mutating func take(_ tape: JSONTape, _ choice: Int, _ limits: OpenAILimits) throws(InferenceError) -> Bool {
        var delta: Int?
        var message: Int?
        var grew = false
        for (key, value) in tape.members(choice) {
            if spells(key, "delta") {
                delta = value
            } else if spells(key, "message") {
                message = value
            } else if spells(key, "text") {
                grew = Self.append(tape, value, to: &self.text) || grew
            } else if spells(key, "finish_reason") {
                self.finishReason = tape.text(value) ?? self.finishReason
            }
        }
        // Some servers repeat the whole message beside the last delta.
        guard let content = tape.isAbsent(delta) ? message : delta else { return grew }
        return try self.takeMessage(tape, content, limits) || grew
    }

    private mutating func takeMessage(
        _ tape: JSONTape,
        _ message: Int,
        _ limits: OpenAILimits
    ) throws(InferenceError) -> Bool {
        var grew = false
        var reasoning: Int?
        for (key, value) in tape.members(message) {
            if spells(key, "content") {
                grew = Self.append(tape, value, to: &self.text) || grew
            } else if spells(key, "refusal") {
                grew = Self.append(tape, value, to: &self.refusal) || grew
            } else if spells(key, "reasoning_content") || spells(key, "reasoning") {
                // vLLM sends the same under both names.
                if tape.isAbsent(reasoning) { reasoning = value }
            } else if spells(key, "tool_calls") {
                for call in tape.items(value) { grew = try self.takeCall(tape, call, limits) || grew }
            } else if spells(key, "function_call"), tape.kind(value) == .object {
                if self.calls.isEmpty { self.calls.append(ToolCallAssembly()) }
                grew = self.calls[0].takeFunction(tape, value) || grew
            }
        }
        if let reasoning { grew = Self.append(tape, reasoning, to: &self.reasoning) || grew }
        return grew
    }

    private mutating func takeCall(
        _ tape: JSONTape,
        _ call: Int,
        _ limits: OpenAILimits
    ) throws(InferenceError) -> Bool {
        let piece = ToolCallPiece(tape, call)
        let index = piece.index ?? self.place(of: piece)
        guard (0..<limits.maxToolCalls).contains(index) else {
            throw InferenceError(
                .invalidOutput,
                "the index of a tool call is not a number from 0 to \(limits.maxToolCalls - 1)"
            )
        }
        while self.calls.count <= index { self.calls.append(ToolCallAssembly()) }
        // Some servers number every call 0.
        guard self.calls[index].isOther(piece), self.calls.count < limits.maxToolCalls else {
            return self.calls[index].take(tape, piece)
        }
        self.calls.append(ToolCallAssembly())
        return self.calls[self.calls.count - 1].take(tape, piece)
    }

    /// Where a piece without an index belongs: one with a name or an id of its own begins a call, others go on with the
    /// last one.
    private func place(of piece: ToolCallPiece) -> Int {
        guard let last = self.calls.last else { return 0 }
        let goesOn = piece.id == nil ? piece.name == nil : piece.id == last.id
        return goesOn ? self.calls.count - 1 : self.calls.count
    }

    /// A string, or parts with `text`, which some servers send.
    private static func append(_ tape: JSONTape, _ index: Int, to buffer: inout ByteBuffer) -> Bool {
        if let text = tape.string(index) { return buffer.writeBytes(text) > 0 }
        var written = 0
        for part in tape.items(index) {
            for (key, value) in tape.members(part) where spells(key, "text") {
                if let text = tape.string(value) { written += buffer.writeBytes(text) }
            }
        }
        return written > 0
    }
}
