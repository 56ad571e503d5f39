import Inference
package import Logging
import ServingCore
import Synchronization

/// A thread that tells when an event loop does not run: a model that blocks it, a lock, a fault of ours. What it
/// notices is logged and counted while it lasts, which no loop can do for itself.
package final class LoopWatchdog: Sendable {
    /// One loop's sign of life, in memory of its own: no loop writes where another one does.
    package final class Beat: Sendable {
        private let time: Atomic<UInt64>

        fileprivate init(now: UInt64) { self.time = Atomic(now) }

        /// Call it on the loop, several times in `StallWatch.limit`.
        package func note(now: UInt64) { self.time.store(now, ordering: .relaxed) }

        fileprivate var last: UInt64 { self.time.load(ordering: .relaxed) }
    }

    package let beats: [Beat]
    private let noticed = Atomic<UInt64>(0)
    private let end = Monitor(false)
    private let logger: Logger

    private static let interval: UInt64 = 100_000_000

    package init(loops: Int, logger: Logger) {
        let now = MonotonicTime.now()
        self.beats = (0..<loops).map { _ in Beat(now: now) }
        self.logger = logger
    }

    /// Stalls and stops that were noticed.
    package var count: UInt64 { self.noticed.load(ordering: .relaxed) }

    /// Looks ten times a second until `stop`, on a thread of its own; does nothing when the system gives none.
    package func start() {
        WorkerThread(name: "teal-watchdog") { self.watch() }?.detach()
    }

    package func stop() {
        self.end.withLock { $0 = true }
        self.end.wakeAll()
    }

    private func watch() {
        var watch = StallWatch()
        while !self.isOver(by: MonotonicTime.now() &+ Self.interval) {
            for event in watch.look(self.beats.map(\.last), now: MonotonicTime.now()) { self.log(event) }
            self.noticed.store(watch.count, ordering: .relaxed)
        }
    }

    /// Waits until `time`, or until `stop`.
    private func isOver(by time: UInt64) -> Bool {
        self.end.await { isOver in
            guard !isOver, MonotonicTime.now() < time else { return .done(isOver, wake: false) }
            return .wait(until: time)
        }
    }

    private func log(_ event: StallWatch.Event) {
        switch event {
        case .stalled(let loop, let nanoseconds):
            self.logger.error(
                "an event loop is blocked",
                metadata: ["loop": "\(loop)", "milliseconds": "\(nanoseconds / 1_000_000)"]
            )
        case .resumed(let loop): self.logger.notice("an event loop runs again", metadata: ["loop": "\(loop)"])
        case .stopped(let nanoseconds):
            self.logger.warning(
                "the process did not run",
                metadata: ["milliseconds": "\(nanoseconds / 1_000_000)"]
            )
        }
    }
}
