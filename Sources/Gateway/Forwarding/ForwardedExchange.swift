import HTTP1
import NIOCore
import OpenAI
import OpenInference
import Remote
import ServingCore
import Slots
import Telemetry
import Upstream

/// One request that a remote version answers: takes the answer as it comes and gives it to the client, whole when it is
/// small, piece by piece when it is long or a stream. Lives on the loop of both connections.
final class ForwardedExchange: UpstreamExchange {
    /// What the answer is, beyond bytes.
    enum Kind {
        /// V2; with a rewriter when the backend knows the model by another name.
        case openInference(InferResponseRewriter?)
        /// OpenAI: JSON, or a stream of events; with a rewriter when the backend knows the model by another name.
        case openAI(AnswerModelRewriter?)
    }

    /// An answer up to this size is written in one go, with its head.
    private static let wholeBytes = 64 << 10
    /// More of a body than this is not copied behind the head but written beside it.
    private static let copiedBytes = 16 << 10

    private let connection: HTTPConnectionHandler
    private let exchange: Exchange
    private let kind: Kind
    /// Set once it is sent; nil when it failed at once.
    var call: UpstreamCall?
    private var head: ResponseHead?
    /// What has come of the body and was not written.
    private var body = ByteBuffer()
    /// All of the body, for the mirrored leg; nil when it is not mirrored.
    private var recording: AnswerRecording?
    /// The head was written: nothing can be taken back.
    private(set) var isStreaming = false
    private var isChunked = false
    private var needsFlush = false
    /// Puts our name for the model into an answer of OpenAI's API.
    private var naming: AnswerModelRewriter?
    /// Knows whether the stream stands between two events, and has seen its end.
    private var events: SSEReader?

    /// - Parameter recordedBytes: of the answer, at most, for the mirrored leg; nil when it is not mirrored.
    init(_ connection: HTTPConnectionHandler, _ exchange: Exchange, _ kind: Kind, recordedBytes: Int?) {
        self.connection = connection
        self.exchange = exchange
        self.kind = kind
        self.recording = recordedBytes.map { AnswerRecording(startedAt: MonotonicTime.now(), maxBytes: $0) }
    }

    /// The client went away.
    func cancel() {
        self.call?.cancel()
        self.call = nil
    }

    /// The client has read what it was sent, or has too much of it unread.
    func clientTakes(more: Bool) {
        if more { self.call?.resume() } else { self.call?.pause() }
    }

    // MARK: The answer

    func upstream(head: ResponseHead) {
        self.connection.tick()
        self.head = head
        self.endUpstreamPhase()
        if let recording = self.recording {
            self.recording = AnswerRecording(
                status: head.status,
                startedAt: recording.startedAt,
                maxBytes: recording.maxBytes
            )
        }
        if case .openAI(let rewriter?) = self.kind, (200..<300).contains(head.status), !head.isEncoded {
            self.naming = rewriter.begun(isStream: head.isEventStream)
        }
        guard head.isEventStream else { return }
        self.events = SSEReader()
        self.beginStreaming(head)
    }

    func upstream(body: ByteBuffer) {
        self.recording?.append(body, at: MonotonicTime.now())
        let body = self.naming?.rewrite(body) ?? body
        // All of it may have been the old name; and an empty chunk would be the end.
        guard body.readableBytes > 0 else { return }
        if self.isStreaming {
            self.events?.read(body)
            return self.stream(body)
        }
        if self.body.readableBytes == 0 {
            self.body = body
        } else {
            self.body.writeImmutableBuffer(body)
        }
        guard self.body.readableBytes > Self.wholeBytes, self.rewriter == nil, let head = self.head else { return }
        self.beginStreaming(head)
    }

    func upstreamReadComplete() {
        guard self.needsFlush else { return }
        self.needsFlush = false
        self.connection.write(ByteBuffer(), flushing: true)
    }

    func upstreamEnd() {
        guard let head = self.head else { return }
        self.connection.tick()
        self.call = nil
        self.recording?.end(at: MonotonicTime.now(), isWhole: true)
        let outcome = RequestOutcome(status: head.status)
        if self.isStreaming {
            self.endStream(outcome)
        } else {
            self.exchange.timing?.end("receive")
            self.sendWhole(head, outcome)
        }
        self.connection.finishForwarded(self.exchange, head: head, recording: self.recording)
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        self.connection.tick()
        if self.head == nil { self.endUpstreamPhase() }
        self.call = nil
        let error = InferenceError(failure)
        if self.isStreaming {
            self.breakOff(error)
        } else {
            self.connection.sendError(error)
        }
        self.recording?.end(at: MonotonicTime.now(), isWhole: false)
        self.connection.failForwarded(self.exchange, error, head: self.head, recording: self.recording)
    }

    /// The head has come, or never will.
    private func endUpstreamPhase() {
        guard let sent = self.call?.sentAt else { return self.exchange.timing?.end("connect") ?? () }
        self.exchange.timing?.end("connect", at: sent.uptimeNanoseconds)
        self.exchange.timing?.end("upstream")
    }

    /// Set when the answer's bytes are changed before they are sent.
    private var rewriter: InferResponseRewriter? {
        guard case .openInference(let rewriter?) = self.kind, self.head?.isEncoded == false else { return nil }
        return rewriter
    }

    // MARK: Whole

    private func sendWhole(_ head: ResponseHead, _ outcome: RequestOutcome) {
        var pieces = (first: self.body, rest: ByteBuffer())
        var jsonLength = head.inferenceHeaderLength
        if let rewritten = self.rewriter?.rewrite(self.body, jsonLength: jsonLength) {
            pieces = (rewritten.head, rewritten.rest)
            jsonLength = jsonLength.map { $0 + rewritten.growth }
        }
        let length = pieces.first.readableBytes + pieces.rest.readableBytes
        var bytes = ByteBuffer()
        self.layOut(head, self.framing(of: head, length: length), jsonLength, into: &bytes)
        if length <= Self.copiedBytes {
            bytes.writeImmutableBuffer(pieces.first)
            bytes.writeImmutableBuffer(pieces.rest)
            self.connection.conclude(self.exchange, with: bytes, outcome)
        } else {
            self.connection.write(bytes, flushing: false)
            self.connection.write(pieces.first, flushing: false)
            self.connection.conclude(self.exchange, with: pieces.rest, outcome)
        }
    }

    private func framing(of head: ResponseHead, length: Int) -> ForwardedHead.Framing {
        head.status == 204 || head.status == 304 ? .none : .length(length)
    }

    // MARK: Piece by piece

    private func beginStreaming(_ head: ResponseHead) {
        self.isStreaming = true
        self.call?.passOn()
        let framing: ForwardedHead.Framing
        if case .length(let length) = head.framing, self.naming == nil {
            framing = .length(length)
        } else if self.exchange.head.isHTTP10 {
            self.exchange.keepsAlive = false
            framing = .untilClose
        } else {
            self.isChunked = true
            framing = .chunked
        }
        var bytes = ByteBuffer()
        self.layOut(head, framing, head.inferenceHeaderLength, into: &bytes)
        self.connection.write(bytes, flushing: false)
        self.needsFlush = true
        if self.body.readableBytes > 0 {
            self.stream(self.body)
            self.body = ByteBuffer()
        }
    }

    private func stream(_ piece: ByteBuffer) {
        self.needsFlush = true
        guard self.isChunked else { return self.connection.write(piece, flushing: false) }
        var chunk = ByteBuffer()
        chunk.reserveCapacity(20 + (piece.readableBytes <= Self.copiedBytes ? piece.readableBytes : 0))
        chunk.writeString(String(piece.readableBytes, radix: 16))
        chunk.writeStaticString("\r\n")
        if piece.readableBytes <= Self.copiedBytes {
            chunk.writeImmutableBuffer(piece)
            chunk.writeStaticString("\r\n")
            self.connection.write(chunk, flushing: false)
        } else {
            self.connection.write(chunk, flushing: false)
            self.connection.write(piece, flushing: false)
            self.connection.write(ByteBuffer(staticString: "\r\n"), flushing: false)
        }
    }

    private func endStream(_ outcome: RequestOutcome) {
        let end = self.isChunked ? ByteBuffer(staticString: "0\r\n\r\n") : ByteBuffer()
        self.connection.conclude(self.exchange, with: end, outcome)
    }

    /// The answer broke off after its head was sent: a client must not take what it has for the whole.
    private func breakOff(_ error: InferenceError) {
        self.exchange.keepsAlive = false
        if let events = self.events {
            // A stream of events can still say what happened. Its end is left out: it did not end well.
            self.stream(OpenAIError(error).event(isBetweenEvents: events.isBetweenEvents))
        }
        self.connection.conclude(self.exchange, with: ByteBuffer(), RequestOutcome(error.code))
    }

    private func layOut(
        _ head: ResponseHead,
        _ framing: ForwardedHead.Framing,
        _ jsonLength: Int?,
        into bytes: inout ByteBuffer
    ) {
        ForwardedHead(
            status: head.status,
            lines: head.lines,
            inferenceHeaderLength: jsonLength,
            own: self.exchange.answerLines,
            framing: framing,
            closes: !self.exchange.keepsAlive,
            saysKeepAlive: self.exchange.head.isHTTP10
        ).write(into: &bytes)
    }
}

extension RequestOutcome {
    /// Of an answer that a backend gave.
    fileprivate init(status: Int) {
        switch status {
        case ..<400: self = .answered
        case 429, 503: self = .shed
        case ..<500: self = .refused
        case 504: self = .timeout
        default: self = .failed
        }
    }
}
