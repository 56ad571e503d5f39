internal import NIOCore
internal import OpenInference
internal import ServingCore

/// An answer that grows by whole documents or by the events of a stream. Of keys that occur twice the last counts, as
/// most clients take it.
struct AnswerAssembly {
    let task: OpenAITask
    let limits: OpenAILimits
    var isStreamed = false
    private(set) var choices: [ChoiceAssembly] = []
    private(set) var embeddings: OpenAIAnswer.Embeddings?
    private(set) var usage: TokenUsage?
    private(set) var fault: InferenceError?
    private(set) var tokenEvents = 0
    private(set) var firstTokenAt: UInt64?
    private(set) var longestGap: UInt64 = 0
    private var lastTokenAt: UInt64 = 0

    init(task: OpenAITask, limits: OpenAILimits) {
        self.task = task
        self.limits = limits
    }

    /// Every choice says why it ended.
    var isFinished: Bool { !self.choices.isEmpty && self.choices.allSatisfy { $0.finishReason != nil } }

    /// The first fault counts; later ones follow from it.
    mutating func fail(_ fault: InferenceError) {
        self.fault = self.fault ?? fault
    }

    mutating func fail(_ code: InferenceError.Code, _ message: String) {
        self.fail(InferenceError(code, message))
    }

    /// Takes a whole document.
    mutating func take(_ tape: JSONTape) {
        do throws(InferenceError) {
            _ = try self.read(tape)
        } catch {
            self.fail(error)
        }
    }

    /// Takes an event of a stream that came at `time`.
    mutating func take(_ tape: JSONTape, at time: UInt64) {
        do throws(InferenceError) {
            guard try self.read(tape) else { return }
            self.tokenEvents += 1
            if self.firstTokenAt == nil {
                self.firstTokenAt = time
            } else if time > self.lastTokenAt {
                self.longestGap = max(self.longestGap, time - self.lastTokenAt)
            }
            self.lastTokenAt = time
        } catch {
            self.fail(error)
        }
    }

    /// Returns whether something of an answer came.
    private mutating func read(_ tape: JSONTape) throws(InferenceError) -> Bool {
        guard tape.kind(JSONTape.first) == .object else {
            throw InferenceError(.invalidOutput, "the answer is \(tape.describe(JSONTape.first)), not an object")
        }
        if let error = BackendError(in: tape) { throw error.inferenceError }
        var choices: Int?
        for (key, value) in tape.members(JSONTape.first) {
            if spells(key, "choices"), self.task == .generation {
                choices = value
            } else if spells(key, "usage") {
                self.usage = Self.usage(tape, value) ?? self.usage
            } else if spells(key, "data"), self.task == .embedding, tape.kind(value) == .array {
                self.embeddings = try EmbeddingRows(tape, value).embeddings
            }
        }
        guard let choices, !tape.isAbsent(choices) else { return false }
        guard tape.kind(choices) == .array else {
            throw InferenceError(.invalidOutput, "choices is \(tape.describe(choices)), not a list")
        }
        var grew = false
        for (position, choice) in tape.items(choices).enumerated() {
            let index = try self.index(tape, choice, position)
            if try self.choices[index].take(tape, choice, self.limits) { grew = true }
        }
        return grew
    }

    /// Where the choice goes, with a place made for it.
    private mutating func index(_ tape: JSONTape, _ choice: Int, _ position: Int) throws(InferenceError) -> Int {
        guard tape.kind(choice) == .object else {
            throw InferenceError(.invalidOutput, "a choice is \(tape.describe(choice)), not an object")
        }
        var index = position
        for (key, value) in tape.members(choice) where spells(key, "index") {
            index = tape.whole(value) ?? -1
        }
        guard (0..<self.limits.maxChoices).contains(index) else {
            throw InferenceError(
                .invalidOutput,
                "the index of a choice is not a number from 0 to \(self.limits.maxChoices - 1)"
            )
        }
        while self.choices.count <= index { self.choices.append(ChoiceAssembly()) }
        return index
    }

    private static func usage(_ tape: JSONTape, _ index: Int) -> TokenUsage? {
        var usage: TokenUsage?
        for (key, value) in tape.members(index) {
            guard let tokens = tape.whole(value), tokens >= 0 else { continue }
            if spells(key, "prompt_tokens") {
                usage = TokenUsage(prompt: tokens, completion: usage?.completion ?? 0)
            } else if spells(key, "completion_tokens") {
                usage = TokenUsage(prompt: usage?.prompt ?? 0, completion: tokens)
            }
        }
        return usage
    }
}
