package import NIOCore
import Synchronization

/// One run of the load generator over the loops of a group, which must outlive it. All methods may be called from any
/// thread.
package final class LoadRun: Sendable {
    private struct Share: Sendable {
        let eventLoop: any EventLoop
        let box: TallyBox
        let worker: NIOLoopBoundBox<LoadWorker>
    }

    private let shares: [Share]
    private let isStarted = Atomic(false)
    /// When the schedule began, nanoseconds; 0 before that.
    private let startedAt = Atomic<UInt64>(0)
    private let ended: EventLoopPromise<Void>

    /// `configuration.problem` must be nil.
    package init(_ configuration: LoadConfiguration, on group: any EventLoopGroup) {
        precondition(configuration.problem == nil, "a load run cannot be made: \(configuration.problem ?? "")")
        let loops = Array(group.makeIterator().prefix(configuration.connections))
        self.shares = loops.enumerated().map { index, eventLoop in
            let box = TallyBox()
            let worker = LoadWorker(
                configuration: configuration,
                schedule: RequestSchedule(
                    pace: configuration.pace,
                    share: index,
                    of: loops.count,
                    limit: configuration.count
                ),
                lanes: (configuration.connections + loops.count - 1 - index) / loops.count,
                eventLoop: eventLoop,
                box: box
            )
            return Share(
                eventLoop: eventLoop,
                box: box,
                worker: NIOLoopBoundBox.makeBoxSendingValue(worker, eventLoop: eventLoop)
            )
        }
        self.ended = group.next().makePromise()
    }

    /// Connects, then begins the schedule. Returns at once; a second call does nothing.
    package func start() {
        guard !self.isStarted.exchange(true, ordering: .relaxed) else { return }
        let loop = self.ended.futureResult.eventLoop
        let connected = self.shares.map { share in share.eventLoop.flatSubmit { share.worker.value.connect() } }
        EventLoopFuture.andAllComplete(connected, on: loop).flatMap {
            let start = NIODeadline.now()
            self.startedAt.store(start.uptimeNanoseconds, ordering: .relaxed)
            let running = self.shares.map { share in
                share.eventLoop.flatSubmit { share.worker.value.run(from: start) }
            }
            return EventLoopFuture.andAllComplete(running, on: loop)
        }.cascade(to: self.ended)
    }

    /// Nothing falls due any more; requests under way are still awaited, and those that fell due are sent if
    /// `sendsDue`.
    package func stop(sendsDue: Bool = false) {
        for share in self.shares { share.eventLoop.execute { share.worker.value.stop(sendsDue: sendsDue) } }
    }

    /// Waits for the end of a started run.
    package func report() async -> LoadReport {
        await withCheckedContinuation { continuation in
            self.ended.futureResult.whenComplete { _ in continuation.resume() }
        }
        let total = self.total()
        var report = total.report
        report.seconds = self.seconds(until: total.lastCompletion)
        return report
    }

    /// Where the run is now. Costs a copy of the counts.
    package var progress: LoadProgress {
        let total = self.total()
        var progress = LoadProgress()
        progress.seconds = self.seconds(until: NIODeadline.now().uptimeNanoseconds)
        progress.sent = total.report.scheduled - total.report.unsent
        progress.answered = total.report.answered
        progress.failed = total.report.failed
        progress.slot = total.latest?.slot
        progress.generation = total.latest?.generation
        return progress
    }

    private func total() -> LoadTally {
        self.shares.reduce(into: LoadTally()) { total, share in total.merge(share.box.tally.withLock { $0 }) }
    }

    private func seconds(until now: UInt64) -> Double {
        let start = self.startedAt.load(ordering: .relaxed)
        return start == 0 || now < start ? 0 : Double(now - start) / 1e9
    }
}
