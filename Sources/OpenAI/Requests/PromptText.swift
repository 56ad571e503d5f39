internal import OpenInference

/// The content of a request as text for search: bounded, and total, as what a backend makes of odd content is not known
/// here. What is no text is named, e.g. `[image_url]`, and not decoded.
struct PromptText {
    let tape: JSONTape
    let limit: Int
    private(set) var text: [UInt8] = []

    init(tape: JSONTape, limit: Int) {
        self.tape = tape
        self.limit = limit
    }

    private var isFull = false

    /// Newest first, as embedders read only the beginning, and the end of a conversation says what it is about; what
    /// the system says, the same for all, comes last.
    mutating func messages(_ index: Int) {
        for message in Array(self.tape.items(index)).reversed() {
            guard !self.isFull else { return }
            let end = self.text.count
            self.separate()
            let start = self.text.count
            self.message(message)
            if self.text.count == start { self.text.removeLast(start - end) }
        }
    }

    private mutating func message(_ index: Int) {
        var content: Int?
        var calls: Int?
        var refusal: Int?
        for (key, value) in self.tape.members(index) {
            if spells(key, "role"), let role = self.tape.string(value) {
                self.append(role)
                self.append(": ")
            } else if spells(key, "content") {
                content = value
            } else if spells(key, "tool_calls") {
                calls = value
            } else if spells(key, "refusal") {
                refusal = value
            }
        }
        if let content { self.content(content) }
        if let refusal, let text = self.tape.string(refusal) { self.append(text) }
        if let calls {
            for call in self.tape.items(calls) where !self.isFull { self.call(call) }
        }
    }

    /// A string, or parts of which each has a type.
    private mutating func content(_ index: Int) {
        if let text = self.tape.string(index) { return self.append(text) }
        var isFirst = true
        for part in self.tape.items(index) where !self.isFull {
            if !isFirst { self.append(" ") }
            isFirst = false
            self.part(part)
        }
    }

    private mutating func part(_ index: Int) {
        if let text = self.tape.string(index) { return self.append(text) }
        var type: UnsafeBufferPointer<UInt8>?
        for (key, value) in self.tape.members(index) {
            if spells(key, "text") || spells(key, "refusal"), let text = self.tape.string(value) {
                return self.append(text)
            }
            if spells(key, "type") { type = self.tape.string(value) }
        }
        self.append("[")
        if let type { self.append(UnsafeBufferPointer(rebasing: type.prefix(64))) } else { self.append("unknown") }
        self.append("]")
    }

    private mutating func call(_ index: Int) {
        for (key, value) in self.tape.members(index) where spells(key, "function") || spells(key, "custom") {
            for (key, value) in self.tape.members(value) {
                guard let text = self.tape.string(value) else { continue }
                if spells(key, "name") || spells(key, "arguments") || spells(key, "input") {
                    self.append(" ")
                    self.append(text)
                }
            }
        }
    }

    /// A prompt: a string or a list of strings; token ids are counted.
    mutating func prompt(_ index: Int) {
        if let text = self.tape.string(index) { return self.append(text) }
        var tokens = 0
        for item in self.tape.items(index) where !self.isFull {
            if let text = self.tape.string(item) {
                self.separate()
                self.append(text)
            } else {
                tokens += self.tape.kind(item) == .array ? self.tape.items(item).reduce(0) { count, _ in count + 1 } : 1
            }
        }
        guard tokens > 0 else { return }
        self.separate()
        self.append("[\(tokens) tokens]")
    }

    private mutating func separate() {
        if !self.text.isEmpty { self.append("\n") }
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { self.append($0) }
    }

    /// As much as there is room for, cut between characters.
    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        var kept = bytes.prefix(max(0, self.limit - self.text.count))
        while let next = bytes.dropFirst(kept.count).first, next & 0xC0 == 0x80, !kept.isEmpty {
            kept = kept.dropLast()
        }
        self.text.append(contentsOf: kept)
        if kept.count < bytes.count { self.isFull = true }
    }
}
