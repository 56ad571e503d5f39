import NIOCore
import OpenAI
import ServingCore
import TestSupport
import Testing

@Suite("Answers put together")
struct StreamedAnswerTests {
    @Test("a stream of OpenAI and the same answer in one piece are the same")
    func openAI() {
        let streamed = Recordings.read(Transcripts.openAI)
        let document = Recordings.read(Transcripts.openAIDocument)
        for answer in [streamed, document] {
            #expect(answer.fault == nil)
            #expect(answer.choices.count == 1)
            #expect(answer.choices.first?.text == "Grüße 😀!")
            #expect(answer.choices.first?.finishReason == "stop")
            #expect(answer.choices.first?.toolCalls == "[]")
            #expect(answer.usage == TokenUsage(prompt: 19, completion: 4))
        }
        #expect(streamed.isStreamed && !document.isStreamed)
        #expect(streamed.choices == document.choices)
    }

    @Test("vLLM: reasoning apart and once, though sent under two names, and no choices beside the usage")
    func vLLM() {
        let answer = Recordings.read(Transcripts.vLLM)
        #expect(answer.fault == nil)
        #expect(answer.choices.map(\.text) == ["42"])
        #expect(answer.choices.map(\.reasoning) == ["Hm"])
        #expect(answer.usage == TokenUsage(prompt: 9, completion: 3))
        #expect(answer.tokenEvents == 2)
    }

    @Test("vLLM: completions with two choices, by index")
    func completions() {
        let answer = Recordings.read(Transcripts.vLLMCompletions)
        #expect(answer.fault == nil)
        #expect(answer.choices.map(\.text) == [" a", " bc"])
        #expect(answer.choices.map(\.finishReason) == ["stop", "length"])
        #expect(answer.usage == nil)
    }

    @Test("llama.cpp: comments and empty events are no tokens, usage stands beside the last choice")
    func llamaCpp() {
        let answer = Recordings.read(Transcripts.llamaCpp)
        #expect(answer.fault == nil)
        #expect(answer.choices.map(\.text) == ["Hello"])
        #expect(answer.choices.map(\.finishReason) == ["length"])
        #expect(answer.usage == TokenUsage(prompt: 43, completion: 1))
        #expect(answer.tokenEvents == 1)
    }

    @Test("OpenVINO Model Server: the role comes with content null")
    func openVINO() {
        let answer = Recordings.read(Transcripts.openVINO)
        #expect(answer.fault == nil)
        #expect(answer.choices.map(\.text) == ["Hi."])
        #expect(answer.tokenEvents == 2)
    }

    @Test("where the bytes are cut makes no difference but in time", arguments: Transcripts.streams.indices)
    func cuts(_ index: Int) {
        let bytes = Array(Transcripts.streams[index].utf8)
        let reader = OpenAIAnswerReader()
        let whole = reader.read(Recordings.of([ByteBuffer(bytes: bytes)]), of: .generation).untimed
        for position in 0...bytes.count {
            let answer = reader.read(Recordings.of(Recordings.cut(bytes, at: [position])), of: .generation).untimed
            if answer != whole { Issue.record("cut at \(position): \(answer)") }
        }
        var random = SeededRandom(seed: UInt64(index))
        for _ in 0..<100 {
            let cuts = (0..<Int.random(in: 1...60, using: &random))
                .map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            let answer = reader.read(Recordings.of(Recordings.cut(bytes, at: cuts)), of: .generation).untimed
            if answer != whole { Issue.record("cuts at \(cuts): \(answer)") }
        }
    }

    @Test("the time to the first token and the longest gap are of events that bring something")
    func times() {
        let role = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
        let token = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
        let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        // At 1, 2, 3, ... milliseconds.
        let answer = Recordings.read(role, ": ping\n\n", token + token, token, ": ping\n\n", ": ping\n\n", token, end)
        #expect(answer.fault == nil)
        #expect(answer.tokenEvents == 4)
        #expect(answer.firstTokenNanoseconds == 3_000_000)
        #expect(answer.longestGapNanoseconds == 3_000_000)
        #expect(answer.nanoseconds == 8_000_000)
    }

    @Test("an event counts from when its last byte came")
    func lateByte() {
        let token = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n"
        let answer = Recordings.read(token, "\n", "data: [DONE]\n\n")
        #expect(answer.firstTokenNanoseconds == 2_000_000)
    }

    @Test("an answer in one piece has its first token when it is there, and no gaps")
    func documentTimes() {
        let text = Transcripts.openAIDocument
        let answer = Recordings.read(String(text.prefix(40)), String(text.dropFirst(40)))
        #expect(answer.firstTokenNanoseconds == 2_000_000)
        #expect(answer.longestGapNanoseconds == 0)
        #expect(answer.tokenEvents == 0)
    }

    @Test("a refusal, content in parts and legacy functions are read")
    func variants() {
        let refusal = Recordings.read(Recordings.stream(["{\"refusal\":\"I \"}", "{\"refusal\":\"can't\"}"]))
        #expect(refusal.choices.map(\.refusal) == ["I can't"])
        let parts = Recordings.read(
            Recordings.stream(["{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}"])
        )
        #expect(parts.choices.map(\.text) == ["ab"])
        let function = Recordings.read(
            Recordings.stream([
                "{\"function_call\":{\"name\":\"f\"}}", "{\"function_call\":{\"arguments\":\"{\\\"a\\\":1}\"}}",
            ])
        )
        #expect(
            function.choices.map(\.toolCalls)
                == ["[{\"arguments\":{\"a\":1},\"name\":\"f\",\"type\":\"function\"}]"]
        )
    }

    @Test("the last of members with the same key counts, and a delta before a message beside it")
    func duplicates() {
        let answer = Recordings.read(
            Recordings.stream([
                "{\"content\":\"x\"},\"delta\":{\"content\":\"a\"},\"message\":{\"content\":\"whole\"}"
            ])
        )
        #expect(answer.choices.map(\.text) == ["a"])
    }

    @Test("usage that a backend repeats counts as it was last said")
    func usage() {
        let events = [1, 2].map {
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":\($0)}}\n\n"
        }
        let answer = Recordings.read(events.joined() + "data: {\"choices\":[],\"usage\":null}\n\ndata: [DONE]\n\n")
        #expect(answer.usage == TokenUsage(prompt: 5, completion: 2))
    }

    @Test("what was used is estimated where the backend does not say")
    func estimate() {
        let streamed = Recordings.read(Recordings.stream(["{\"content\":\"a\"}", "{\"content\":\"b\"}"]))
        #expect(streamed.usedTokens(assumingPrompt: 9) == TokenUsage(prompt: 9, completion: 2))
        let document = Recordings.read(
            "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"twelve bytes\"},\"finish_reason\":\"stop\"}]}"
        )
        #expect(document.usedTokens(assumingPrompt: 9) == TokenUsage(prompt: 9, completion: 3))
        #expect(Recordings.read(Transcripts.openAI).usedTokens(assumingPrompt: 9).prompt == 19)
        let refused = Recordings.read("{}", status: 429)
        #expect(refused.usedTokens(assumingPrompt: 9) == TokenUsage(prompt: 0, completion: 0))
    }
}
