import Inference
import ServingCore
import Slots
import Synchronization

/// Makes one pair out of one mirrored request: asks the candidate and, for the noise sample, the live version again.
struct ShadowWorker: Sendable {
    enum Outcome {
        case paired
        /// The request cannot be understood: nothing was asked.
        case undecodable
        /// The release's budget is used up: the request is given up.
        case overBudget
        /// The trial closes and the run was stopped for it.
        case stopped
        /// The thread was given up; the pair is accounted for.
        case lost
    }

    private let release: Int64
    private let live: LoadedModel
    private let candidateRunner: LegRunner
    private let noiseRunner: LegRunner
    private let timeout: UInt64
    /// A leg may take longer than `timeout` when the live answer did, as a long stream of events does.
    private let followsLive: Bool
    private let context: ShadowContext
    /// A pair takes a wait for the candidate's server, in which the thread's core is idle.
    let waitsForServer: Bool

    init(
        release: Int64,
        live: LoadedModel,
        candidate: LoadedModel,
        timeout: UInt64,
        followsLive: Bool,
        context: ShadowContext
    ) {
        self.release = release
        self.live = live
        self.candidateRunner = LegRunner(candidate, live: live.signature)
        self.noiseRunner = LegRunner(live, live: live.signature)
        self.timeout = timeout
        self.followsLive = followsLive
        self.context = context
        self.waitsForServer = candidate.remote != nil
    }

    /// - Parameter giveUp: called in this thread's place, on another one, after the pair was handed on without it.
    func process(
        _ request: MirroredRequest,
        _ run: ShadowRun,
        isClosing: () -> Bool,
        giveUp: @escaping @Sendable () -> Void
    ) -> Outcome {
        guard let content = request.content() else { return .undecodable }
        var candidate: Leg?
        var noise: Leg?
        let timeout = self.timeout(for: request)
        let hung = Leg(outcome: .timeout, reason: "the model did not answer in time", nanoseconds: timeout)
        let asksNoiseFirst = request.wantsNoise && request.hash.asksNoiseFirst
        for asksCandidate in asksNoiseFirst ? [false, true] : [true, false] where asksCandidate || request.wantsNoise {
            let (candidateSoFar, noiseSoFar) = (candidate, noise)
            let cancellation = run.begin(now: MonotonicTime.now(), timeout: timeout) {
                self.emit(
                    request,
                    content,
                    candidate: candidateSoFar ?? hung,
                    noise: request.wantsNoise ? noiseSoFar ?? hung : nil
                )
                giveUp()
            }
            let leg = (asksCandidate ? self.candidateRunner : self.noiseRunner).run(content, cancellation)
            guard run.end() else { return .lost }
            guard let leg else { return .overBudget }
            if leg.outcome != .answered, isClosing() { return .stopped }
            if asksCandidate { candidate = leg } else { noise = leg }
        }
        self.emit(request, content, candidate: candidate ?? hung, noise: noise)
        return .paired
    }

    private func timeout(for request: MirroredRequest) -> UInt64 {
        guard self.followsLive, request.liveNanoseconds > self.timeout else { return self.timeout }
        let double = request.liveNanoseconds.multipliedReportingOverflow(by: 2)
        return double.overflow ? .max : double.partialValue
    }

    private func emit(_ request: MirroredRequest, _ content: MirroredContent, candidate: Leg, noise: Leg?) {
        self.context.sink.accept(
            Pair(
                id: self.context.nextID(),
                release: self.release,
                requestID: content.requestID,
                segments: content.segments,
                inputs: zip(self.live.signature.inputs, content.inputs).map { NamedTensor(name: $0.name, tensor: $1) },
                live: LegRunner.judge(content.live, self.live.signature, content.outputs, request.liveNanoseconds),
                candidate: candidate,
                noise: noise
            )
        )
    }
}

/// What all trials of a process share.
final class ShadowContext: Sendable {
    let sink: any PairSink
    /// How long a run that was told to stop may take to do so, nanoseconds.
    let grace: UInt64
    /// Microseconds since 1970.
    private let now: @Sendable () -> Int64
    private let lastID: Atomic<Int64>

    init(sink: any PairSink, after lastID: Int64, grace: UInt64, now: @escaping @Sendable () -> Int64) {
        self.sink = sink
        self.grace = grace
        self.now = now
        self.lastID = Atomic(lastID)
    }

    /// The time, or one more than the last when the clock stands or went back.
    func nextID() -> Int64 {
        let now = self.now()
        var last = self.lastID.load(ordering: .relaxed)
        while true {
            let next = max(now, last &+ 1)
            let (exchanged, original) = self.lastID.compareExchange(
                expected: last,
                desired: next,
                ordering: .relaxed
            )
            if exchanged { return next }
            last = original
        }
    }
}
