internal import OpenInference
internal import ServingCore

/// Where the fields of a request stand on its tape.
struct RequestFields {
    private(set) var model: Int?
    /// Which member of the object `model` is, from 0.
    private(set) var modelMember = 0
    private(set) var messages: Int?
    private(set) var prompt: Int?
    private(set) var input: Int?
    private var stream: Int?
    private var includeUsage: Int?
    private var maxTokens: Int?
    private var maxCompletionTokens: Int?
    private var choices: Int?
    private var user: Int?

    init(_ tape: JSONTape) throws(OpenAIError) {
        var streamOptions: Int?
        for (member, (key, value)) in tape.members(JSONTape.first).enumerated() {
            if spells(key, "model") {
                try Self.once(&self.model, value, "model")
                self.modelMember = member
            } else if spells(key, "messages") {
                try Self.once(&self.messages, value, "messages")
            } else if spells(key, "stream") {
                try Self.once(&self.stream, value, "stream")
            } else if spells(key, "max_tokens") {
                try Self.once(&self.maxTokens, value, "max_tokens")
            } else if spells(key, "max_completion_tokens") {
                try Self.once(&self.maxCompletionTokens, value, "max_completion_tokens")
            } else if spells(key, "stream_options") {
                try Self.once(&streamOptions, value, "stream_options")
            } else if spells(key, "n") {
                try Self.once(&self.choices, value, "n")
            } else if spells(key, "user") {
                try Self.once(&self.user, value, "user")
            } else if spells(key, "prompt") {
                try Self.once(&self.prompt, value, "prompt")
            } else if spells(key, "input") {
                try Self.once(&self.input, value, "input")
            }
        }
        guard let streamOptions, !tape.isAbsent(streamOptions) else { return }
        guard tape.kind(streamOptions) == .object else {
            throw Self.wrong("stream_options", "an object", tape, streamOptions)
        }
        for (key, value) in tape.members(streamOptions) where spells(key, "include_usage") {
            try Self.once(&self.includeUsage, value, "stream_options.include_usage")
        }
    }

    /// What the request was sent as, told by its content: only chat has a list of messages.
    func isChat(_ tape: JSONTape) -> Bool {
        self.messages.map { tape.kind($0) == .array } ?? false
    }

    func request(
        _ tape: JSONTape,
        _ bytes: UnsafeRawBufferPointer,
        _ operation: OpenAIOperation,
        _ limits: OpenAILimits
    ) throws(OpenAIError) -> OpenAIRequest {
        let model = try self.modelName(tape, limits)
        guard let modelValue = JSONLayout(bytes: bytes).value(ofMember: self.modelMember) else {
            throw OpenAIError(.internal, "the value of model was not found again", param: "model")
        }
        try self.checkContent(tape, operation)
        return OpenAIRequest(
            operation: operation,
            model: model,
            modelValue: modelValue,
            isStreamed: try Self.flag(tape, self.stream, "stream"),
            includesUsage: try Self.flag(tape, self.includeUsage, "stream_options.include_usage"),
            maxTokens: try self.tokenLimit(tape),
            choices: try self.choiceCount(tape, limits),
            user: try self.userName(tape, limits),
            bodyBytes: bytes.count
        )
    }

    private func modelName(_ tape: JSONTape, _ limits: OpenAILimits) throws(OpenAIError) -> String {
        guard let index = self.model, !tape.isAbsent(index) else {
            throw OpenAIError(.invalidRequest, "the request has no model", param: "model")
        }
        guard let name = tape.string(index) else { throw Self.wrong("model", "a string", tape, index) }
        guard (1...limits.maxModelBytes).contains(name.count) else {
            throw OpenAIError(
                .invalidRequest,
                "model must be 1 to \(limits.maxModelBytes) bytes long, not \(name.count)",
                param: "model"
            )
        }
        return String(decoding: name, as: UTF8.self)
    }

    private func checkContent(_ tape: JSONTape, _ operation: OpenAIOperation) throws(OpenAIError) {
        switch operation {
        case .chatCompletions:
            guard let messages, !tape.isAbsent(messages) else {
                throw OpenAIError(.invalidRequest, "the request has no messages", param: "messages")
            }
            guard tape.kind(messages) == .array else {
                throw Self.wrong("messages", "a list of messages", tape, messages)
            }
        case .completions:
            // Without a prompt a model starts a text of its own.
            guard let prompt, !tape.isAbsent(prompt) else { return }
            try Self.checkTexts(tape, prompt, "prompt")
        case .embeddings:
            guard let input, !tape.isAbsent(input) else {
                throw OpenAIError(.invalidRequest, "the request has no input", param: "input")
            }
            try Self.checkTexts(tape, input, "input")
        }
    }

    private static func checkTexts(_ tape: JSONTape, _ index: Int, _ field: String) throws(OpenAIError) {
        guard tape.kind(index) == .string || tape.kind(index) == .array else {
            throw Self.wrong(field, "a string or a list of strings or tokens", tape, index)
        }
    }

    private func tokenLimit(_ tape: JSONTape) throws(OpenAIError) -> Int? {
        let newer = try Self.whole(tape, self.maxCompletionTokens, "max_completion_tokens")
        let older = try Self.whole(tape, self.maxTokens, "max_tokens")
        guard let limit = newer ?? older, limit >= 0 else { return nil }
        return limit
    }

    private func choiceCount(_ tape: JSONTape, _ limits: OpenAILimits) throws(OpenAIError) -> Int {
        let count = try Self.whole(tape, self.choices, "n") ?? 1
        guard (1...limits.maxChoices).contains(count) else {
            throw OpenAIError(.invalidRequest, "n must be between 1 and \(limits.maxChoices), not \(count)", param: "n")
        }
        return count
    }

    private func userName(_ tape: JSONTape, _ limits: OpenAILimits) throws(OpenAIError) -> String? {
        guard let index = self.user, !tape.isAbsent(index) else { return nil }
        guard let name = tape.string(index) else { throw Self.wrong("user", "a string", tape, index) }
        guard name.count <= limits.maxUserBytes else {
            throw OpenAIError(
                .tooLarge,
                "user is \(name.count) bytes long; at most \(limits.maxUserBytes) are accepted",
                param: "user"
            )
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func flag(_ tape: JSONTape, _ index: Int?, _ field: String) throws(OpenAIError) -> Bool {
        guard let index, !tape.isAbsent(index) else { return false }
        guard let flag = tape.bool(index) else { throw Self.wrong(field, "true or false", tape, index) }
        return flag
    }

    private static func whole(_ tape: JSONTape, _ index: Int?, _ field: String) throws(OpenAIError) -> Int? {
        guard let index, !tape.isAbsent(index) else { return nil }
        guard let number = tape.whole(index) else { throw Self.wrong(field, "a whole number", tape, index) }
        return number
    }

    private static func wrong(_ field: String, _ right: String, _ tape: JSONTape, _ index: Int) -> OpenAIError {
        OpenAIError(.invalidRequest, "\(field) must be \(right), not \(tape.describe(index))", param: field)
    }

    private static func once(_ place: inout Int?, _ index: Int, _ field: String) throws(OpenAIError) {
        guard place == nil else {
            throw OpenAIError(.invalidRequest, "\(field) occurs twice in one object", param: field)
        }
        place = index
    }
}
