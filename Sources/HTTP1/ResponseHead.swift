package import NIOCore

/// What the head of one answer says, as far as the gateway acts on it, and what of it may be passed on.
package struct ResponseHead: Sendable, Equatable {
    /// How the end of the body is known.
    package enum Framing: Sendable, Equatable {
        /// There is none, whatever the header says: an answer to HEAD, 204, 304.
        case none
        case length(Int)
        case chunked
        /// The body ends with the connection.
        case untilClose
    }

    /// The media types that are told apart, whatever their parameters.
    package enum ContentType: Sendable, Equatable {
        case json, eventStream, octetStream, other
    }

    /// 100...599.
    package var status = 0
    package var framing = Framing.none
    /// The server would take another request on this connection.
    package var keepsAlive = true
    /// After so many seconds without a request it will close the connection; nil when it does not say.
    package var keepAliveSeconds: Int?
    /// Nil when the answer does not say.
    package var contentType: ContentType?
    /// Events that come one by one. An answer without a body is no stream, whatever it says of itself.
    package var isEventStream: Bool { self.contentType == .eventStream && self.framing != .none }
    /// The body is compressed or otherwise encoded.
    package var isEncoded = false
    /// The server says when to come again: it is busy, not broken.
    package var hasRetryAfter = false
    /// Value of Inference-Header-Content-Length.
    package var inferenceHeaderLength: Int?
    /// Complete header lines as they came, without those that frame the message or its parts, are about the connection or
    /// are the gateway's own to give (`teal-`).
    package var lines = ByteBuffer()

    package init() {}
}
