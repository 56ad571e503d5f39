package import NIOCore

/// The bytes of one answer and when they came, as the live path copies them for the mirrored leg and as the mirrored
/// leg's own calls collect them. Bounded: what goes beyond drops all, as half an answer says nothing.
package struct AnswerRecording: Sendable {
    /// The HTTP status.
    package let status: Int
    /// When the request was sent, in nanoseconds of a clock that does not go back.
    package let startedAt: UInt64
    package let maxBytes: Int
    package private(set) var body = ByteBuffer()
    /// Everything came, as the framing of the connection tells. False until `end`.
    package private(set) var isWhole = false
    /// The answer was longer than the limit.
    package private(set) var isCut = false
    private(set) var pieces: [Piece] = []
    private(set) var endedAt: UInt64

    struct Piece: Sendable {
        /// Bytes of the body up to the end of this piece.
        var end: Int
        var receivedAt: UInt64
    }

    package init(status: Int = 200, startedAt: UInt64, maxBytes: Int = OpenAILimits().maxAnswerBytes) {
        self.status = status
        self.startedAt = startedAt
        self.endedAt = startedAt
        self.maxBytes = maxBytes
    }

    /// Adds bytes that follow those before; costs a copy of them.
    package mutating func append(_ bytes: ByteBuffer, at time: UInt64) {
        guard !self.isCut, bytes.readableBytes > 0 else { return }
        self.endedAt = time
        let room = self.maxBytes - self.body.readableBytes - self.pieces.count * MemoryLayout<Piece>.stride
        guard bytes.readableBytes <= room else {
            self.isCut = true
            self.body = ByteBuffer()
            self.pieces = []
            return
        }
        self.body.writeImmutableBuffer(bytes)
        if let last = self.pieces.indices.last, self.pieces[last].receivedAt == time {
            self.pieces[last].end = self.body.readableBytes
        } else {
            self.pieces.append(Piece(end: self.body.readableBytes, receivedAt: time))
        }
    }

    /// - Parameter isWhole: false when the connection broke before the end that its framing announced.
    package mutating func end(at time: UInt64, isWhole: Bool) {
        self.endedAt = time
        self.isWhole = isWhole
    }
}
