import HTTP1
import NIOCore
import Upstream

/// Writes down what is told of one request.
final class RecordedExchange: UpstreamExchange {
    enum Event: Equatable {
        case head(Int)
        case body(String)
        case flush
        case end
        case failed(UpstreamFailure.Reason)
    }

    private(set) var events: [Event] = []
    private(set) var failure: UpstreamFailure?
    /// Called behind each event.
    var onEvent: ((Event) -> Void)?

    private func add(_ event: Event) {
        self.events.append(event)
        self.onEvent?(event)
    }

    /// The status and body of the answer, if it came whole.
    var answer: String? {
        guard self.events.last == .end else { return nil }
        return self.events.map {
            switch $0 {
            case .head(let status): "\(status) "
            case .body(let text): text
            case .flush, .end, .failed: ""
            }
        }.joined()
    }

    var ends: Int {
        self.events.count { if case .failed = $0 { true } else { $0 == .end } }
    }

    func upstream(head: ResponseHead) { self.add(.head(head.status)) }

    func upstream(body: ByteBuffer) { self.add(.body(String(buffer: body))) }

    func upstreamReadComplete() { self.add(.flush) }

    func upstreamEnd() { self.add(.end) }

    func upstreamFailed(_ failure: UpstreamFailure) {
        self.failure = failure
        self.add(.failed(failure.reason))
    }
}
