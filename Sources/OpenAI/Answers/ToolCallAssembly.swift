internal import NIOCore
internal import OpenInference

/// What one document or event says of one tool call.
struct ToolCallPiece {
    private(set) var index: Int?
    private(set) var id: String?
    private(set) var name: String?
    /// Where the object with name and arguments stands.
    private(set) var function: Int?
    private(set) var isCustom = false

    init(_ tape: JSONTape, _ call: Int) {
        for (key, value) in tape.members(call) {
            if spells(key, "index") {
                // A number no call can have, to be refused, where it is none.
                self.index = tape.isAbsent(value) ? nil : tape.whole(value) ?? -1
            } else if spells(key, "id") {
                self.id = tape.text(value)
            } else if spells(key, "function"), tape.kind(value) == .object {
                self.function = value
            } else if spells(key, "custom"), tape.kind(value) == .object {
                self.function = value
                self.isCustom = true
            }
        }
        guard let function else { return }
        for (key, value) in tape.members(function) where spells(key, "name") { self.name = tape.text(value) }
        if self.id?.isEmpty == true { self.id = nil }
        if self.name?.isEmpty == true { self.name = nil }
    }
}

/// One tool call that grows by pieces.
struct ToolCallAssembly {
    private(set) var id: String?
    private var name = ""
    private var arguments = ByteBuffer()
    private var isCustom = false

    /// The piece begins a call of its own, though it is numbered like this one.
    func isOther(_ piece: ToolCallPiece) -> Bool {
        guard let id = self.id, let other = piece.id, piece.name != nil else { return false }
        return id != other && !self.name.isEmpty
    }

    /// Returns whether something came.
    mutating func take(_ tape: JSONTape, _ piece: ToolCallPiece) -> Bool {
        if self.id == nil { self.id = piece.id }
        if piece.isCustom { self.isCustom = true }
        return piece.function.map { self.takeFunction(tape, $0) } ?? false
    }

    mutating func takeFunction(_ tape: JSONTape, _ function: Int) -> Bool {
        var grew = false
        for (key, value) in tape.members(function) {
            if spells(key, "name"), let name = tape.text(value), !name.isEmpty {
                // Servers that repeat the name send it whole.
                if name != self.name { self.name += name }
                grew = true
            } else if spells(key, "arguments") || spells(key, "input") {
                grew = self.takeArguments(tape, value) || grew
            }
        }
        return grew
    }

    private mutating func takeArguments(_ tape: JSONTape, _ index: Int) -> Bool {
        if let text = tape.string(index) { return self.arguments.writeBytes(text) > 0 }
        guard !tape.isAbsent(index) else { return false }
        CanonicalJSON.write(tape, index, to: &self.arguments)
        return true
    }

    /// The call as a member of the canonical list.
    func write(to buffer: inout ByteBuffer, _ parser: JSONParser) {
        buffer.writeJSON("{\"arguments\":")
        self.arguments.withUnsafeReadableBytes { arguments in
            if self.isCustom {
                buffer.writeJSONString(arguments.bindMemory(to: UInt8.self))
            } else if arguments.isEmpty {
                // Some servers write nothing for a function without parameters.
                buffer.writeJSON("{}")
            } else if let tape = try? parser.parse(arguments) {
                CanonicalJSON.write(tape, JSONTape.first, to: &buffer)
            } else {
                buffer.writeJSONString(arguments.bindMemory(to: UInt8.self))
            }
        }
        buffer.writeJSON(",\"name\":")
        buffer.writeJSONString(self.name)
        buffer.writeJSON(self.isCustom ? ",\"type\":\"custom\"}" : ",\"type\":\"function\"}")
    }
}
