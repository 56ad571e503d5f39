package import ServingCore

/// What the head of one request says, as far as the gateway acts on it; the request target is told apart. Made by
/// `RequestHeadParser`; holds no reference to the bytes it was read from.
package struct RequestHead: Sendable, Equatable {
    package enum Method: Sendable, Equatable {
        case get, head, post
        /// A well-formed method that no target takes.
        case other
    }

    /// How the end of the body is known.
    package enum Framing: Sendable, Equatable {
        /// Content-Length, 0 when there is neither.
        case length(Int)
        case chunked
    }

    /// One header whose value is kept. The name is one of those asked for.
    package struct CapturedHeader: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// Why a well-formed request cannot be taken, whatever its body holds.
    package struct Refusal: Sendable, Equatable {
        package var status: HTTPStatus
        package var message: String

        package init(_ status: HTTPStatus, _ message: String) {
            self.status = status
            self.message = message
        }
    }

    package var method = Method.get
    package var isHTTP10 = false
    /// What the client wants: HTTP/1.1 unless it says close, HTTP/1.0 if it says keep-alive.
    package var keepsAlive = true
    package var framing = Framing.length(0)
    package var expectsContinue = false
    package var slot: Slot?
    /// Value of Inference-Header-Content-Length.
    package var inferenceHeaderLength: Int?
    /// The client asks that the request be not mirrored, or says that it is a mirrored one already.
    package var skipsShadow = false
    /// The client wants to know how long each phase took.
    package var wantsTiming = false
    /// Values of the headers that were asked for, as far as the request has them.
    package var captured: [CapturedHeader] = []
    package var refusal: Refusal?

    package init() {}

    /// The value of a header that was asked for; nil when the request has none.
    package func captured(_ name: String) -> String? {
        for header in self.captured where header.name == name { return header.value }
        return nil
    }

    mutating func refuse(_ status: HTTPStatus, _ message: String) {
        if self.refusal == nil { self.refusal = Refusal(status, message) }
    }
}
