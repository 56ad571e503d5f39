package import HTTP1
import NIOCore

/// What a `ResponseReader` makes of the bytes of one connection, to whose server requests were sent before.
package struct AnswerRun: Equatable {
    package struct Answer: Equatable {
        package var status: Int
        package var framing: ResponseHead.Framing
        package var keepsAlive: Bool
        /// Header lines that may be passed on.
        package var lines: String
        package var bytes: [UInt8]
        package var isComplete: Bool

        package var body: String { String(decoding: self.bytes, as: UTF8.self) }
    }

    package private(set) var answers: [Answer] = []
    package private(set) var fault: ResponseFault?
    /// Bytes not consumed.
    package private(set) var rest = ""
    /// The last head, with all it says.
    package private(set) var head: ResponseHead?

    /// - Parameters:
    ///   - asked: requests sent, one after the other.
    ///   - closes: the server closes behind the bytes.
    package init(
        _ pieces: [[UInt8]],
        asked: Int = 1,
        answersHead: Bool = false,
        closes: Bool = false,
        limits: HTTPLimits = HTTPLimits()
    ) {
        var reader = ResponseReader(limits: limits)
        var input = ByteBuffer()
        var left = asked - 1
        reader.begin(answersHead: answersHead)
        do throws(ResponseFault) {
            for piece in pieces {
                input.discardReadBytes()
                input.writeBytes(piece)
                while try self.step(&reader, &input) {
                    guard self.answers.last?.isComplete == true, left > 0 else { continue }
                    left -= 1
                    reader.begin(answersHead: answersHead)
                }
            }
            if closes { try self.close(&reader) }
        } catch {
            self.fault = error
        }
        self.rest = String(buffer: input)
    }

    package init(
        _ text: String,
        asked: Int = 1,
        answersHead: Bool = false,
        closes: Bool = false,
        limits: HTTPLimits = HTTPLimits()
    ) {
        self.init([Array(text.utf8)], asked: asked, answersHead: answersHead, closes: closes, limits: limits)
    }

    private mutating func step(_ reader: inout ResponseReader, _ input: inout ByteBuffer) throws(ResponseFault) -> Bool
    {
        switch try reader.next(&input) {
        case .more: return false
        case .head(let head):
            self.head = head
            self.answers.append(
                Answer(
                    status: head.status,
                    framing: head.framing,
                    keepsAlive: head.keepsAlive,
                    lines: String(buffer: head.lines),
                    bytes: [],
                    isComplete: false
                )
            )
        case .body(let piece): self.answers[self.answers.count - 1].bytes += Array(piece.readableBytesView)
        case .end: self.answers[self.answers.count - 1].isComplete = true
        }
        return true
    }

    private mutating func close(_ reader: inout ResponseReader) throws(ResponseFault) {
        try reader.close()
        if !self.answers.isEmpty { self.answers[self.answers.count - 1].isComplete = true }
    }

    /// The one answer that is complete without a fault; nil otherwise.
    package var answer: Answer? {
        self.fault == nil && self.answers.count == 1 && self.answers[0].isComplete ? self.answers[0] : nil
    }
}
