package import ServingCore
package import Slots

/// One event loop's way into a trial's mirrored leg. Lives on its loop; deciding costs some ten nanoseconds, handing a
/// request over one allocation, and neither ever waits, takes a lock or makes a system call.
package final class MirrorLane {
    package let trial: ShadowTrial
    package var settings: TrafficSettings
    private let queue: LaneQueue
    private let pressure: LoopPressure
    /// No longer in the routing: what was decided on before is given up.
    private var isSealed = false
    private var number: UInt64 = 0

    package init(_ trial: ShadowTrial, settings: TrafficSettings, pressure: LoopPressure) {
        self.trial = trial
        self.settings = settings
        self.pressure = pressure
        self.queue = trial.makeQueue()
    }

    /// True if `model` is the one whose answers this lane mirrors.
    package func mirrors(_ model: LoadedModel) -> Bool { model === self.trial.live }

    /// Decides before the request runs whether it will be mirrored. The ticket must be given back with `offer` or
    /// `giveUp`.
    package func decide(requestID: String?, skips: Bool, segments: @autoclosure () -> [Segment]) -> MirrorTicket? {
        guard !skips else {
            self.queue.counters.optOut()
            return nil
        }
        let hash: RequestHash
        if let requestID {
            hash = RequestHash(id: requestID, seed: self.trial.release)
        } else {
            self.number &+= 1
            hash = RequestHash(number: self.number, seed: self.trial.release ^ self.queue.seed)
        }
        guard hash.isMirrored(share: self.settings.shadow) else { return nil }
        guard !self.trial.isStalled else {
            self.queue.counters.refuse(.candidateHangs)
            return nil
        }
        guard hash.isAdmitted(share: self.trial.isUnderPressure ? 0 : self.pressure.admitted) else {
            self.queue.counters.refuse(.overload)
            return nil
        }
        self.queue.counters.await()
        let noise = self.settings.noise * (self.trial.isLiveDeterministic ? 0.1 : 1)
        return MirrorTicket(hash: hash, wantsNoise: hash.isNoise(share: noise), segments: segments())
    }

    /// Hands a mirrored request over, after its live answer is written.
    ///
    /// - Parameter bodyBytes: size of the bodies whose memory `source` holds on to.
    package func offer(
        _ ticket: MirrorTicket,
        requestID: String?,
        source: MirroredSource,
        liveNanoseconds: UInt64,
        bodyBytes: Int
    ) {
        guard !self.isSealed else { return self.giveUp(ticket, .candidateNotReady) }
        let limits = self.trial.limits
        let counters = self.queue.counters
        let bytes = source.cost(bodyBytes: bodyBytes)
        guard bytes <= limits.requestBytes else { return self.giveUp(ticket, .tooLarge) }
        guard counters.queuedBytes <= limits.bytes - bytes else { return self.giveUp(ticket, .bytes) }
        guard counters.queued < limits.queue else { return self.giveUp(ticket, .queueFull) }
        let request = MirroredRequest(
            ticket,
            requestID: requestID,
            source: source,
            liveNanoseconds: liveNanoseconds,
            bytes: bytes
        )
        // Counted first: a thread may complete it at once.
        counters.accept(bytes: bytes)
        guard self.queue.ring.push(request) else {
            // The ring has room for all that may be queued, so this is a mistake of ours; the law holds all the same.
            counters.complete(bytes: bytes, drop: .queueFull)
            return
        }
    }

    /// Gives a decided request up before it is handed over.
    package func giveUp(_ ticket: MirrorTicket, _ drop: ShadowDrop) {
        self.queue.counters.giveUp(drop)
    }

    /// Takes the lane out of use: nothing enters the queue any more.
    package func seal() { self.isSealed = true }
}

/// One request's decision to be mirrored.
package struct MirrorTicket {
    let hash: RequestHash
    let wantsNoise: Bool
    let segments: [Segment]
}

/// What a lane shares with the shadow threads.
final class LaneQueue: Sendable {
    let ring: RequestRing
    let counters = LaneCounters()
    /// Sets the lanes' random numbers apart.
    let seed: Int64

    init(capacity: Int, seed: Int64) {
        self.ring = RequestRing(capacity: capacity)
        self.seed = seed
    }
}
