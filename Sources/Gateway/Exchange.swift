import Inference
import NIOCore
import NIOHTTP1
import OpenInference
import ServingCore
import Slots
import Telemetry

/// One request and what its answer needs.
struct Exchange {
    /// Tells a late answer from the request that followed.
    let serial: UInt64
    let target: RequestTarget
    let method: HTTPMethod
    let headers: RequestHeaders
    let isHTTP10: Bool
    var keepsAlive: Bool
    /// Body complete, or refused before it was: nothing more is read until the answer is written.
    var isAnswering = false
    var refusal: RequestHeaders.Refusal?
    /// The client would send more than we will read.
    private(set) var mustNotReadBody = false
    /// False while the client may still be sending this request's body.
    var isFullyRead = false
    private(set) var body = ByteBuffer()
    private var bodyBytes = 0

    /// Set once an inference request is routed: the generation it belongs to until it is answered.
    var handle: SlotHandle?
    var request: InferRequest?
    var startedAt = NIODeadline.uptimeNanoseconds(0)
    var ticket: ExecutionTicket?
    var timeout: Scheduled<Void>?

    /// Checks all that the head alone tells.
    init(serial: UInt64, head: HTTPRequestHead, target: RequestTarget, keepsAlive: Bool, limits: HTTPLimits) {
        self.serial = serial
        self.target = target
        self.method = head.method
        self.isHTTP10 = head.version == .http1_0
        self.headers = RequestHeaders(head.headers, requiresHost: !self.isHTTP10)
        self.refusal = self.headers.refusal
        // The parser stops behind a request that asks for another protocol.
        self.keepsAlive = keepsAlive && !self.headers.asksForUpgrade && head.method != .CONNECT
        if !self.isHTTP10, head.version != .http1_1 {
            self.refuse(.versionNotSupported, "HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        if head.uri.utf8.count > limits.targetBytes {
            self.refuse(.uriTooLong, "the request target is longer than \(limits.targetBytes) bytes")
        }
        // The parser has refused anything but one plain number already.
        if let length = self.headers.contentLength, length > limits.bodyBytes {
            self.refuse(.contentTooLarge, "the body has \(length) bytes, more than the \(limits.bodyBytes) allowed")
            self.mustNotReadBody = true
        }
    }

    /// Stands for a request that could not be parsed.
    init(failed serial: UInt64) {
        self.serial = serial
        self.target = .unknown
        self.method = .GET
        self.headers = RequestHeaders([:], requiresHost: false)
        self.isHTTP10 = false
        self.keepsAlive = false
    }

    var isHead: Bool { self.method == .HEAD }

    mutating func refuse(_ status: HTTPStatus, _ message: String) {
        if self.refusal == nil { self.refusal = .init(status: status, message: message) }
    }

    /// False when the body has grown past `limit`.
    mutating func append(_ bytes: ByteBuffer, limit: Int) -> Bool {
        guard bytes.readableBytes <= limit - self.bodyBytes else { return false }
        self.bodyBytes += bytes.readableBytes
        // A refused request is read to its end only so that the connection can go on.
        guard self.refusal == nil else { return true }
        if self.body.readableBytes == 0 {
            self.body = bytes
        } else {
            self.body.writeImmutableBuffer(bytes)
        }
        return true
    }

    /// Finishes the accounts of a routed request.
    func settle(_ outcome: RequestOutcome, now: NIODeadline) {
        self.timeout?.cancel()
        guard let handle = self.handle else { return }
        handle.inFlight -= 1
        let elapsed = (now - self.startedAt).nanoseconds
        handle.counters.record(outcome, nanoseconds: UInt64(max(0, elapsed)))
    }

    /// The client went away: stop the work and count it.
    func abandon(now: NIODeadline) {
        self.ticket?.cancel()
        self.settle(.aborted, now: now)
    }
}
