import HTTP1

/// Reads arbitrary bytes as requests or as answers, cut in several ways, and says which promises of the two readers do
/// not hold. Shared by the fuzz target and by the test that replays its corpus.
package struct CodecOracle {
    private let limits: HTTPLimits

    package init() {
        var limits = HTTPLimits()
        limits.headBytes = 2_048
        limits.headerFieldBytes = 512
        limits.headerFields = 16
        limits.targetBytes = 128
        limits.bodyBytes = 512
        self.limits = limits
    }

    /// The lowest bit of the first byte tells answers from requests; of answers, the next two how many were asked for,
    /// the one behind whether by HEAD, and the next whether the server closes.
    package func check(_ bytes: [UInt8]) -> [String] {
        guard let selector = bytes.first else { return [] }
        let bytes = Array(bytes.dropFirst())
        guard selector & 1 == 1 else { return self.checkRequests(bytes) }
        return self.checkAnswers(
            bytes,
            asked: 1 + Int(selector >> 1 & 3),
            answersHead: selector & 8 != 0,
            closes: selector & 16 != 0
        )
    }

    private static func cuts(_ bytes: [UInt8]) -> [[[UInt8]]] {
        let cut = bytes.count * Int(bytes.last ?? 0) / 256
        return [bytes.map { [$0] }, [Array(bytes[..<cut]), Array(bytes[cut...])]]
    }

    private func checkRequests(_ bytes: [UInt8]) -> [String] {
        let run = RequestDifferences([bytes], limits: self.limits)
        var wrong = run.found()
        let whole = ReaderRun([bytes], limits: self.limits)
        for pieces in Self.cuts(bytes) {
            if ReaderRun(pieces, limits: self.limits).withoutReason != whole.withoutReason {
                wrong.append("in \(pieces.count) pieces")
            }
        }
        let skipped = ReaderRun([bytes], limits: self.limits, skips: { _ in true })
        if skipped.requests.map(\.head) != whole.requests.map(\.head) || skipped.fault != whole.fault {
            wrong.append("bodies that are read past")
        }
        for request in whole.requests {
            guard let body = request.body else { continue }
            switch request.head.framing {
            case .length(let length): if body.count != length { wrong.append("length of a body") }
            case .chunked: if body.count > self.limits.bodyBytes { wrong.append("limit of a body") }
            }
        }
        return wrong
    }

    private func checkAnswers(_ bytes: [UInt8], asked: Int, answersHead: Bool, closes: Bool) -> [String] {
        let run = AnswerDifferences(
            [bytes],
            asked: asked,
            answersHead: answersHead,
            closes: closes,
            limits: self.limits
        )
        var wrong = run.found() + run.ours.answers.flatMap(self.violations)
        for pieces in Self.cuts(bytes) {
            let cut = AnswerRun(
                pieces,
                asked: asked,
                answersHead: answersHead,
                closes: closes,
                limits: self.limits
            )
            wrong += cut.answers.flatMap(self.violations)
            if !Self.isSame(cut, run.ours) { wrong.append("in \(pieces.count) pieces") }
        }
        return wrong
    }

    private func violations(of answer: AnswerRun.Answer) -> [String] {
        if answer.bytes.count > self.limits.bodyBytes { return ["limit of a body"] }
        return switch answer.framing {
        case .none: answer.bytes.isEmpty ? [] : ["a body that must not be there"]
        case .length(let length):
            answer.bytes.count > length || (answer.isComplete && answer.bytes.count < length)
                ? ["length of a body"] : []
        case .chunked: []
        case .untilClose: answer.keepsAlive ? ["keep-alive without an end of the body"] : []
        }
    }

    /// Of a body without a stated length, how much comes before it is found too long depends on how it is cut.
    private static func isSame(_ one: AnswerRun, _ other: AnswerRun) -> Bool {
        guard one.fault != nil, other.fault != nil, one.answers.last?.framing == .untilClose else {
            return one.answers == other.answers && (one.fault == nil) == (other.fault == nil)
                && (one.fault != nil || one.rest == other.rest)
        }
        return one.answers.map(\.status) == other.answers.map(\.status)
    }
}
