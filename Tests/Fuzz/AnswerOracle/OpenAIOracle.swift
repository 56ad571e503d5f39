import NIOCore
import OpenAI
import OpenInference
import ServingCore

/// Requests and answers of OpenAI's API.
struct OpenAIOracle {
    private let requests: OpenAIRequestReader
    private let answers: OpenAIAnswerReader
    private let limits: OpenAILimits
    private let parser = JSONParser(maxDepth: 128)

    init() {
        var limits = OpenAILimits()
        limits.maxDepth = 32
        limits.maxEventBytes = 256
        limits.maxModelBytes = 32
        limits.maxUserBytes = 16
        limits.maxChoices = 4
        limits.maxToolCalls = 4
        limits.maxPromptBytes = 64
        limits.retainedJSONBytes = 1 << 16
        self.limits = limits
        self.requests = OpenAIRequestReader(limits: limits)
        self.answers = OpenAIAnswerReader(limits: limits)
    }

    func checkRequest(_ bytes: [UInt8], _ how: Int) -> [String] {
        let operation = OpenAIOperation.allCases[how % OpenAIOperation.allCases.count]
        let body = ByteBuffer(bytes: bytes)
        do throws(OpenAIError) {
            let request = try self.requests.read(body, as: operation)
            var wrong: [String] = []
            let rewritten = ModelRewriter(model: "other \"one\"").rewrite(body, of: request)
            let again = try self.requests.read(rewritten, as: operation)
            if again.model != "other \"one\"" { wrong.append("model") }
            if again.choices != request.choices || again.user != request.user { wrong.append("fields") }
            let back = ModelRewriter(model: request.model).rewrite(rewritten, of: again)
            let (one, other) = (JSONValue(bytes, self.parser), JSONValue(Array(back.readableBytesView), self.parser))
            if one != other { wrong.append("not the same with its model again") }
            let tensors = try self.requests.tensors(of: body, as: operation)
            let sent = try self.requests.outgoing(
                tensors[1],
                for: operation.task,
                ModelRewriter(model: request.model)
            )
            if sent.request.model != request.model { wrong.append("model of what is sent") }
            if JSONValue(Array(sent.body.readableBytesView), self.parser) != one { wrong.append("what is sent") }
            var budget = MirrorBudget(.init(money: 1, promptPrice: 1, completionPrice: 2))
            if let reserved = try? budget.take(for: request) { budget.settle(reserved, usage: nil) }
            return wrong
        } catch {
            let isRight = error.code == .invalidRequest || error.code == .tooLarge
            return isRight && !error.message.isEmpty ? [] : ["\(error)"]
        }
    }

    func checkAnswer(_ bytes: [UInt8], _ task: OpenAITask, _ how: Int) -> [String] {
        let status = how & 4 == 0 ? 200 : 500
        let isWhole = how & 8 == 0
        let whole = self.read([bytes], task, status, isWhole)
        var wrong = StreamOracle.cuts(bytes).filter { self.read($0, task, status, isWhole) != whole }
            .map { "an answer in \($0.count) pieces" }
        if whole.choices.count > self.limits.maxChoices { wrong.append("choices") }
        if whole.fault?.code == .internal || whole.fault?.message.isEmpty == true { wrong.append("fault") }
        if !isWhole, whole.fault == nil, !whole.isStreamed { wrong.append("half an answer") }
        let isEmpty = task == .embedding && whole.embeddings == nil
        if whole.tensors(of: task).count != (isEmpty ? 0 : task.signature.outputs.count) { wrong.append("tensors") }
        if isEmpty, whole.fault == nil { wrong.append("an answer without embeddings") }
        for choice in whole.choices where JSONValue(Array(choice.toolCalls.utf8), self.parser) == nil {
            wrong.append("tool calls that are no JSON")
        }
        let used = whole.usedTokens(assumingPrompt: 1)
        if used.prompt < 0 || used.completion < 0 { wrong.append("usage") }
        return wrong
    }

    func checkModels(_ bytes: [UInt8]) -> [String] {
        (ModelList.names(in: ByteBuffer(bytes: bytes)) ?? []).count > 1_024 ? ["names"] : []
    }

    /// The answer without what depends on when its pieces came, and with 0 for what is no number, which equals nothing.
    private func read(_ pieces: [[UInt8]], _ task: OpenAITask, _ status: Int, _ isWhole: Bool) -> OpenAIAnswer {
        var recording = AnswerRecording(status: status, startedAt: 0)
        var time: UInt64 = 0
        for piece in pieces {
            time += 1
            recording.append(ByteBuffer(bytes: piece), at: time)
        }
        recording.end(at: time, isWhole: isWhole)
        var answer = self.answers.read(recording, of: task)
        answer.firstTokenNanoseconds = 0
        answer.longestGapNanoseconds = 0
        answer.nanoseconds = 0
        let values = answer.embeddings?.values.map { $0.isNaN ? 0 : $0 }
        answer.embeddings?.values = values ?? []
        return answer
    }
}
