package import HTTP1
import NIOHTTP1

/// How our reading of answers differs from that of NIOHTTP1. Whatever we take, it must take, and as the same answers;
/// what we refuse, it may take.
package struct AnswerDifferences {
    /// Where we take what llhttp refuses, and why that is no harm.
    package static let known: [String: String] = [
        "strict mode assertion": "llhttp looks into chunk extensions; we only bound them and forbid control characters",
        "data received after completed connection: close message":
            "an interim answer of HTTP/1.0 or with close is the last to llhttp; to us the final one says what follows",
    ]

    package let ours: AnswerRun
    package let theirs: PeerAnswers
    private let answersHead: Bool

    /// - Parameters:
    ///   - pieces: how our reader gets the bytes.
    ///   - asked: requests sent, one after the other.
    ///   - closes: the server closes behind the bytes.
    package init(
        _ pieces: [[UInt8]],
        asked: Int,
        answersHead: Bool = false,
        closes: Bool = false,
        limits: HTTPLimits = HTTPLimits()
    ) {
        self.answersHead = answersHead
        self.ours = AnswerRun(pieces, asked: asked, answersHead: answersHead, closes: closes, limits: limits)
        self.theirs = PeerAnswers(pieces.flatMap(\.self), asked: asked, answersHead: answersHead, closes: closes)
    }

    /// What differs, as sentences. Nothing is compared behind an answer that ends the connection.
    package func found() -> [String] {
        for (index, answer) in self.ours.answers.enumerated() {
            guard answer.isComplete else { return [] }
            guard index < self.theirs.answers.count else {
                return self.isKnown(answer) ? [] : ["answer \(index) is not taken: \(self.theirs.fault ?? "")"]
            }
            let other = self.theirs.answers[index]
            if !other.isComplete, self.isKnown(answer) { return [] }
            var wrong: [String] = []
            if answer.status != Int(other.head.status.code) { wrong.append("status") }
            if answer.bytes != other.body || !other.isComplete { wrong.append("body: \(self.theirs.fault ?? "")") }
            let (fields, others) = (Fields.of(answer.lines), Fields.passedOn(other.head.headers.map { $0 }))
            if fields != others { wrong.append("headers: \(Set(fields).symmetricDifference(others))") }
            // We end the connection more often: behind a body that only its end ends, or that should not be there.
            if answer.keepsAlive, !other.head.isKeepAlive, !self.isLast(other.head) { wrong.append("keep-alive") }
            guard wrong.isEmpty else { return wrong.map { "\(index): \($0)" } }
            if !answer.keepsAlive { return [] }
        }
        return []
    }

    /// An answer after which llhttp alone ends the connection: it takes Proxy-Connection for Connection, and asks for a
    /// length although the answer to HEAD has no body.
    private func isLast(_ head: HTTPResponseHead) -> Bool {
        let isFramed = head.headers.contains(name: "content-length") || head.headers.contains(name: "transfer-encoding")
        return head.headers.contains(name: "proxy-connection") || (self.answersHead && !isFramed)
    }

    private func isKnown(_ answer: AnswerRun.Answer) -> Bool {
        guard let fault = self.theirs.fault, Self.known[fault] != nil else { return false }
        return fault != "strict mode assertion" || answer.framing == .chunked
    }
}
