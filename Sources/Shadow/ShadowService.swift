import Inference
package import ServingCore
package import Slots
import Synchronization

/// Runs the mirrored legs of all models. Trials are opened and closed by the control plane; the event loops reach them
/// through lanes. One thread of normal priority watches over all of them.
package final class ShadowService: Sendable {
    private struct Closing {
        let trial: ShadowTrial
        let whenOver: @Sendable () -> Void
    }

    private struct State {
        var open: [ShadowTrial] = []
        var closing: [Closing] = []
        /// Counts of trials that are over, by release.
        var past: [Int64: ShadowCounts] = [:]
        /// The same counts, by model.
        var pastByModel: [String: ShadowCounts] = [:]
        var supervisor: WorkerThread?
        var isStopped = false
    }

    private let context: ShadowContext
    private let state = Monitor(State())
    private let memoryIsShort: @Sendable () -> Bool

    /// How often runs and queues are looked at, nanoseconds.
    private static let interval: UInt64 = 20_000_000

    /// - Parameters:
    ///   - lastID: no pair gets a smaller id; the largest one stored.
    ///   - grace: how long a run that was told to stop may take to do so, nanoseconds; then its thread is given up.
    ///   - now: microseconds since 1970.
    ///   - memoryIsShort: asked once a second.
    package init(
        sink: any PairSink,
        after lastID: Int64 = 0,
        grace: UInt64 = 1_000_000_000,
        now: @escaping @Sendable () -> Int64,
        memoryIsShort: @escaping @Sendable () -> Bool = {
            MemoryAdmission.systemAvailable().map { $0 < 64 << 20 } ?? false
        }
    ) {
        self.context = ShadowContext(sink: sink, after: lastID, grace: grace, now: now)
        self.memoryIsShort = memoryIsShort
    }

    /// The mirrored leg of `release`; the one that is open if it is for the same two loaded models.
    package func open(
        _ release: Release,
        live: LoadedModel,
        candidate: LoadedModel,
        limits: ShadowLimits
    ) -> ShadowTrial {
        self.state.withLockSignalling { state in
            let known = state.open.first {
                $0.release == release.id && $0.live === live && $0.candidate === candidate && $0.limits == limits
            }
            if let known { return (known, wake: false) }
            let trial = ShadowTrial(release, live: live, candidate: candidate, limits: limits, context: self.context)
            state.open.append(trial)
            if state.supervisor == nil, !state.isStopped {
                state.supervisor = WorkerThread(name: "teal-shadow") { self.supervise() }
            }
            return (trial, wake: true)
        }
    }

    /// Ends `trial`: what waits is dropped for `reason`, what runs is stopped. Its lanes must be sealed.
    ///
    /// - Parameter whenOver: called on another thread once nothing of it is on its way any more.
    package func close(_ trial: ShadowTrial, _ reason: ShadowDrop, whenOver: @escaping @Sendable () -> Void) {
        let isOpen = self.state.withLock { state in
            guard let index = state.open.firstIndex(where: { $0 === trial }) else { return false }
            state.open.remove(at: index)
            state.closing.append(Closing(trial: trial, whenOver: whenOver))
            return true
        }
        guard isOpen else { return }
        trial.close(reason)
        self.state.wakeAll()
    }

    /// Counts of a release in this process, over all its trials.
    package func counts(of release: Int64) -> ShadowCounts {
        let (past, trials) = self.state.withLock { state in
            (
                state.past[release],
                (state.open + state.closing.map(\.trial)).filter { $0.release == release }
            )
        }
        var sum = past ?? ShadowCounts()
        for trial in trials { sum.add(trial.counts) }
        return sum
    }

    /// Counts of all releases in this process.
    package func totals() -> ShadowCounts {
        let (past, trials) = self.state.withLock { ($0.past.values, $0.open + $0.closing.map(\.trial)) }
        var sum = ShadowCounts()
        for counts in past { sum.add(counts) }
        for trial in trials { sum.add(trial.counts) }
        return sum
    }

    /// No trial is open, and of those that were closed nothing is on its way any more.
    package var isQuiet: Bool { self.state.withLock { $0.open.isEmpty && $0.closing.isEmpty } }

    /// The live version of `release` was found to be deterministic: the noise share falls to a tenth.
    package func noteLiveDeterministic(_ release: Int64) {
        for trial in self.state.withLock({ $0.open }) where trial.release == release { trial.noteLiveDeterministic() }
    }

    /// By model, for every one that this process mirrored for.
    package func figures() -> [String: ShadowFigures] {
        let (past, open, closing) = self.state.withLock { ($0.pastByModel, $0.open, $0.closing.map(\.trial)) }
        var figures = past.mapValues { ShadowFigures(counts: $0) }
        for trial in open + closing { figures[trial.model, default: ShadowFigures()].counts.add(trial.counts) }
        for trial in open where trial.isUnderPressure { figures[trial.model]?.isUnderPressure = true }
        return figures
    }

    /// Closes what is open and waits for it, a hanging model excepted. Nothing may be offered any more.
    package func shutDown() {
        for trial in self.state.withLock({ $0.open }) { self.close(trial, .shutdown) {} }
        let supervisor = self.state.withLock { state in
            state.isStopped = true
            return state.supervisor.take()
        }
        self.state.wakeAll()
        supervisor?.join()
    }

    // MARK: The supervisor

    private func supervise() {
        var memoryIsShort = false
        var ticks = 0
        while true {
            let (open, closing) = self.rest()
            let now = MonotonicTime.now()
            if ticks % 50 == 0 { memoryIsShort = self.memoryIsShort() }
            ticks &+= 1
            for trial in open { trial.supervise(now: now, memoryIsShort: memoryIsShort) }
            for entry in closing {
                entry.trial.supervise(now: now, memoryIsShort: memoryIsShort)
                if entry.trial.isQuiet { self.bury(entry) }
            }
            let isOver = self.state.withLock { $0.isStopped && $0.open.isEmpty && $0.closing.isEmpty }
            if isOver { return }
        }
    }

    /// Sleeps for one interval, or until there is something to look after.
    private func rest() -> ([ShadowTrial], [Closing]) {
        let start = MonotonicTime.now()
        return self.state.await { state in
            let isIdle = state.open.isEmpty && state.closing.isEmpty
            if isIdle && !state.isStopped { return .wait(until: nil) }
            // A trial that closes is over within a few runs.
            let until = start &+ (state.closing.isEmpty ? Self.interval : Self.interval / 20)
            if !isIdle && MonotonicTime.now() < until { return .wait(until: until) }
            return .done((state.open, state.closing), wake: false)
        }
    }

    private func bury(_ entry: Closing) {
        entry.trial.join()
        self.state.withLock { state in
            state.closing.removeAll { $0.trial === entry.trial }
            let counts = entry.trial.counts
            state.past[entry.trial.release, default: ShadowCounts()].add(counts)
            state.pastByModel[entry.trial.model, default: ShadowCounts()].add(counts)
        }
        entry.whenOver()
    }
}
