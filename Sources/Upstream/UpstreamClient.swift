import Dispatch
import HTTP1
package import NIOCore
package import ServingCore
import Synchronization

/// Sends requests to one backend from threads that may wait: the mirrored leg, warm-up, the control plane. Its connections
/// are on a loop of their own, so nothing of it is in the way of live traffic. Safe to use from any number of threads.
package final class UpstreamClient: Sendable {
    package let backend: Backend
    private let loop: any EventLoop
    private let seed: UInt64
    private let connections: NIOLoopBoundBox<LoopBackend?>

    /// - Parameters:
    ///   - loop: none of the data plane's.
    ///   - seed: of the choice between endpoints.
    package init(_ backend: Backend, on loop: any EventLoop, seed: UInt64) {
        self.backend = backend
        self.loop = loop
        self.seed = seed
        self.connections = NIOLoopBoundBox.makeEmptyBox(valueType: LoopBackend.self, eventLoop: loop)
    }

    /// Waits for the whole answer; never call it on an event loop. Ends at the latest when the backend's time-outs say so.
    package func call(
        _ request: UpstreamRequest,
        cancellation: RunCancellation? = nil
    ) throws(UpstreamFailure) -> UpstreamAnswer {
        let handoff = Handoff()
        let running = NIOLoopBoundBox.makeEmptyBox(valueType: Collector.self, eventLoop: self.loop)
        let sentAt = MonotonicTime.now()
        self.loop.execute {
            let collector = Collector(handoff, sentAt: sentAt)
            running.value = collector
            collector.call = self.loopBackend().send(request, to: collector, now: self.loop.now)
        }
        let cancel: @Sendable () -> Void = { [loop] in
            loop.execute { running.value?.cancel() }
        }
        if cancellation?.begin(stop: cancel) == false { cancel() }
        defer { cancellation?.end() }
        return try handoff.wait(self.backend.configuration.timeouts).get()
    }

    /// What the client's loop counts about the backend; nil while nothing was sent. Waits for the loop.
    package func counters() throws -> UpstreamCounters? {
        try self.loop.submit { self.connections.value?.counters }.wait()
    }

    private func loopBackend() -> LoopBackend {
        if let known = self.connections.value { return known }
        let new = LoopBackend(self.backend, on: self.loop, seed: self.seed)
        self.connections.value = new
        return new
    }
}

/// Takes one result from the loop to the thread that waits for it.
private final class Handoff: Sendable {
    private let result = Mutex<Result<UpstreamAnswer, UpstreamFailure>?>(nil)
    private let isStream = Atomic(false)
    private let arrived = DispatchSemaphore(value: 0)

    func deliver(_ result: Result<UpstreamAnswer, UpstreamFailure>) {
        self.result.withLock { $0 = result }
        self.arrived.signal()
    }

    /// What comes is a stream of events, which may take its time.
    func expectStream() { self.isStream.store(true, ordering: .relaxed) }

    /// A little longer than the loop's own time-outs: a loop that has been shut down runs nothing, not even those.
    func wait(_ timeouts: BackendConfiguration.Timeouts) -> Result<UpstreamAnswer, UpstreamFailure> {
        if !self.hasArrived(within: timeouts.total), self.isStream.load(ordering: .relaxed) {
            _ = self.hasArrived(within: timeouts.stream)
        }
        return self.result.withLock { $0 } ?? .failure(UpstreamFailure(.totalTimeout, "nothing came of the request"))
    }

    private func hasArrived(within nanoseconds: UInt64) -> Bool {
        let patience = DispatchTimeInterval.nanoseconds(Int(clamping: nanoseconds))
        return self.arrived.wait(timeout: .now() + patience + .seconds(5)) == .success
    }
}

/// Puts an answer together.
private final class Collector: UpstreamExchange {
    private static let mostArrivals = 65_536

    var call: UpstreamCall?
    private let handoff: Handoff
    private let sentAt: UInt64
    private var answer: UpstreamAnswer?

    init(_ handoff: Handoff, sentAt: UInt64) {
        self.handoff = handoff
        self.sentAt = sentAt
    }

    func cancel() {
        guard let call = self.call.take() else { return }
        call.cancel()
        self.handoff.deliver(
            .failure(
                UpstreamFailure(
                    .cancelled,
                    "the request was cancelled",
                    wasSent: call.wasSent,
                    hasBegun: self.answer != nil
                )
            )
        )
    }

    func upstream(head: ResponseHead) {
        self.answer = UpstreamAnswer(head: head, sentAt: self.sentAt, headAt: MonotonicTime.now())
        if head.isEventStream { self.handoff.expectStream() }
    }

    func upstream(body: ByteBuffer) {
        var body = body
        self.answer?.body.writeBuffer(&body)
    }

    func upstreamReadComplete() { self.noteArrival() }

    func upstreamEnd() {
        self.call = nil
        self.noteArrival()
        guard var answer = self.answer.take() else { return }
        answer.endedAt = MonotonicTime.now()
        self.handoff.deliver(.success(answer))
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        self.call = nil
        self.handoff.deliver(.failure(failure))
    }

    private func noteArrival() {
        let bytes = self.answer?.body.readableBytes ?? 0
        guard bytes > self.answer?.arrivals.last?.bytes ?? 0, self.answer?.arrivals.count ?? 0 < Self.mostArrivals
        else {
            return
        }
        self.answer?.arrivals.append(.init(bytes: bytes, at: MonotonicTime.now()))
    }
}
