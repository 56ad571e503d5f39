import HTTP1
import Inference
import NIOCore
import OpenAI
import OpenInference
import ServingCore
import Shadow
import Slots
import Telemetry

/// One request and what its answer needs. A class, because it is touched at every step of a request: copying it would
/// cost a reference count for each thing it holds.
final class Exchange {
    /// Tells a late answer from the request that followed.
    let serial: UInt64
    let head: RequestHead
    let target: RequestTarget
    var keepsAlive: Bool
    /// Body complete, or refused before it was: nothing more is read until the answer is written.
    var isAnswering = false
    private(set) var refusal: RequestHead.Refusal?
    /// The client would send more than we will read.
    let mustNotReadBody: Bool
    /// False while the client may still be sending this request's body.
    var isFullyRead = false
    var body = ByteBuffer()

    /// Set once an inference request is routed: the generation it belongs to until it is answered.
    var handle: SlotHandle?
    var request: InferRequest?
    /// Set for a `:predict` request, whose answer has its layout.
    var layout: PredictLayout?
    var startedAt = NIODeadline.uptimeNanoseconds(0)
    var ticket: ExecutionTicket?
    /// What an OpenAI request says, once it is read.
    var openAI: OpenAIRequest?
    /// Set while a remote version answers, which it does for this exchange: each holds the other until then.
    var forwarded: ForwardedExchange?
    var timeout: Scheduled<Void>?
    /// Set when the client asked for it.
    var timing: ServerTiming?
    /// Set when the request will be mirrored; given back exactly once.
    var mirroring: Mirroring?

    /// A decision to mirror, and what was learnt on the way to the live answer.
    struct Mirroring {
        let lane: MirrorLane
        let ticket: MirrorTicket
        let requestID: String?
        /// Nil when the request is passed on as it is: the mirrored leg decodes it.
        var request: InferRequest?
        /// Time of the live run.
        var nanoseconds: UInt64 = 0
    }

    /// Checks all that the head alone tells.
    init(serial: UInt64, head: RequestHead, target: RequestTarget, keepsAlive: Bool, limits: HTTPLimits) {
        if head.wantsTiming { self.timing = ServerTiming() }
        self.serial = serial
        self.head = head
        self.target = target
        self.keepsAlive = keepsAlive
        self.refusal = head.refusal
        if case .length(let length) = head.framing, length > limits.bodyBytes {
            self.mustNotReadBody = true
            self.refuse(.contentTooLarge, "the body has \(length) bytes, more than the \(limits.bodyBytes) allowed")
        } else {
            self.mustNotReadBody = false
        }
    }

    /// Stands for a request that could not be parsed.
    init(failed serial: UInt64) {
        self.serial = serial
        self.head = RequestHead()
        self.target = .unknown
        self.keepsAlive = false
        self.mustNotReadBody = true
    }

    var isHead: Bool { self.head.method == .head }

    /// Complete header lines about who answered, and how long it took if the client asked.
    var answerLines: [UInt8] {
        let own = self.handle?.answerHeaders ?? []
        return self.timing.map { own + $0.line } ?? own
    }

    func refuse(_ status: HTTPStatus, _ message: String) {
        if self.refusal == nil { self.refusal = .init(status, message) }
    }

    /// Another version of the same generation serves the request, which has not run yet.
    func move(to handle: SlotHandle) {
        self.handle?.running.count -= 1
        handle.running.count += 1
        self.handle = handle
    }

    /// Finishes the accounts of a routed request.
    func settle(_ outcome: RequestOutcome, now: NIODeadline) {
        self.timeout?.cancel()
        guard let handle = self.handle else { return }
        handle.running.count -= 1
        let elapsed = (now - self.startedAt).nanoseconds
        handle.counters.record(outcome, nanoseconds: UInt64(max(0, elapsed)))
    }

    /// The client went away: stop the work and count it.
    func abandon(now: NIODeadline) {
        self.ticket?.cancel()
        self.forwarded?.cancel()
        self.forwarded = nil
        if let mirroring = self.mirroring.take() { mirroring.lane.giveUp(mirroring.ticket, .clientGone) }
        self.settle(.aborted, now: now)
    }
}
