import NIOCore
import Synchronization

/// Counts of one loop, readable from any thread; the lock is only contended while somebody takes a snapshot.
final class TallyBox: Sendable {
    let tally = Mutex(LoadTally())
}

/// One event loop's part of a run: hands the requests that fall due to the lanes that are free. Lives on its loop.
final class LoadWorker {
    private let configuration: LoadConfiguration
    private let eventLoop: any EventLoop
    private let box: TallyBox
    private var schedule: RequestSchedule
    private var lanes: [Lane] = []
    private var free = CircularBuffer<Lane>()
    private var unconnected: Int
    private let ready: EventLoopPromise<Void>
    private let finished: EventLoopPromise<Void>
    private var isRunning = false
    private var isStopped = false
    private var underway = 0
    private var wakesAt = UInt64.max
    private let sweepInterval: TimeAmount
    private var nextSweep: Scheduled<Void>?

    init(
        configuration: LoadConfiguration,
        schedule: RequestSchedule,
        lanes: Int,
        eventLoop: any EventLoop,
        box: TallyBox
    ) {
        self.configuration = configuration
        self.schedule = schedule
        self.eventLoop = eventLoop
        self.box = box
        self.unconnected = lanes
        // Time-outs are noticed at most an eighth late.
        self.sweepInterval = .nanoseconds(min(max(configuration.timeout.nanoseconds / 8, 1_000_000), 50_000_000))
        self.ready = eventLoop.makePromise()
        self.finished = eventLoop.makePromise()
    }

    /// Completes when every lane has connected or failed to; the schedule starts after that, so that the first
    /// requests do not measure the handshake.
    func connect() -> EventLoopFuture<Void> {
        self.lanes = (0..<self.unconnected).map { _ in
            Lane(configuration: self.configuration, eventLoop: self.eventLoop, worker: self)
        }
        for lane in self.lanes { lane.connect() }
        return self.ready.futureResult
    }

    /// Completes when no request is under way and none will fall due.
    func run(from start: NIODeadline) -> EventLoopFuture<Void> {
        self.schedule.begin(
            at: start.uptimeNanoseconds,
            duration: self.configuration.duration.map { UInt64(max(0, $0.nanoseconds)) },
            grace: UInt64(self.configuration.timeout.nanoseconds)
        )
        if self.isStopped { self.schedule.stop(at: 0) }
        self.isRunning = true
        self.sweep()
        self.pump()
        return self.finished.futureResult
    }

    func stop(sendsDue: Bool) {
        self.isStopped = true
        guard self.isRunning else { return }
        self.schedule.stop(
            at: NIODeadline.now().uptimeNanoseconds,
            grace: sendsDue ? UInt64(self.configuration.timeout.nanoseconds) : 0
        )
        self.pump()
    }

    // MARK: - Called by lanes

    func connected() { self.box.tally.withLock { $0.connected() } }

    func refusedReuse() { self.box.tally.withLock { $0.refusedReuse() } }

    /// The lane can take a request.
    func rests(_ lane: Lane) {
        self.free.append(lane)
        if self.unconnected > 0 {
            self.unconnected -= 1
            if self.unconnected == 0 { self.ready.succeed() }
        }
        self.pump()
    }

    /// A lane that could not connect waits a moment, so that a dead server is not hammered.
    func restsLater(_ lane: Lane) {
        self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(10)) { self.rests(lane) }
        self.pump()
    }

    func answered(_ ticket: Ticket, _ response: Response) {
        self.underway -= 1
        let now = NIODeadline.now().uptimeNanoseconds
        let latency = now - min(now, ticket.due)
        self.box.tally.withLock { tally in
            let isFailure = !(200..<300).contains(response.head.status)
            let text = isFailure && tally.wantsText ? Self.beginning(of: response.body) : nil
            tally.answered(response.head, body: text, latency: latency, at: now)
        }
        self.configuration.onAnswer?(
            LoadAnswer(
                request: ticket.sequence % self.configuration.requests.count,
                number: ticket.sequence,
                status: response.head.status,
                slot: response.head.slot,
                version: response.head.version,
                generation: response.head.generation,
                latencyNanoseconds: latency,
                stamp: ticket.stamp,
                body: response.body
            )
        )
    }

    func failed(_ ticket: Ticket, _ failure: LoadFailure, _ text: String) {
        self.underway -= 1
        let now = NIODeadline.now().uptimeNanoseconds
        self.box.tally.withLock { $0.failed(failure, "\(failure.rawValue): \(text)", at: now) }
    }

    private static func beginning(of body: ByteBuffer) -> String? {
        body.getString(at: body.readerIndex, length: min(200, body.readableBytes))
    }

    // MARK: - Schedule

    private func pump() {
        guard self.isRunning else { return }
        while !self.free.isEmpty, let due = self.schedule.take(at: NIODeadline.now().uptimeNanoseconds) {
            self.underway += 1
            self.box.tally.withLock { $0.took() }
            self.free.removeFirst().assign(Ticket(sequence: due.sequence, due: due.at))
        }
        if self.underway == 0, self.schedule.isOver(at: NIODeadline.now().uptimeNanoseconds) {
            self.end()
        } else if !self.free.isEmpty {
            self.wake()
        }
    }

    /// One timer at a time, for the next request.
    private func wake() {
        guard let due = self.schedule.nextDue, due < self.wakesAt else { return }
        self.wakesAt = due
        self.eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(due)) {
            self.wakesAt = .max
            self.pump()
        }
    }

    private func sweep() {
        self.nextSweep = self.eventLoop.assumeIsolated().scheduleTask(in: self.sweepInterval) {
            self.sweep()
            let now = NIODeadline.now().uptimeNanoseconds
            for lane in self.lanes { lane.expire(at: now) }
            self.pump()
        }
    }

    private func end() {
        self.isRunning = false
        self.nextSweep?.cancel()
        let unsent = self.schedule.unsent()
        self.box.tally.withLock { $0.leftUnsent(unsent) }
        for lane in self.lanes { lane.finish() }
        self.lanes.removeAll()
        self.free.removeAll()
        self.finished.succeed()
    }
}
