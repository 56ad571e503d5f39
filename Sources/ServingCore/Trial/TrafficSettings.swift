/// Which part of a model's live traffic is mirrored, and how often the live version is asked again. Shares are 0...1.
package struct TrafficSettings: Sendable, Codable, Equatable {
    /// Share of live requests that are mirrored to the other slot.
    package var shadow: Double
    /// Share of mirrored requests for which the live version is asked again. Falls to a tenth by itself when the live
    /// version has shown to be deterministic.
    package var noise: Double

    package init(shadow: Double = 1, noise: Double = 0.1) {
        self.shadow = shadow
        self.noise = noise
    }
}

/// What the mirrored leg of one model may use.
package struct ShadowLimits: Sendable, Equatable {
    /// Requests that may wait, on each event loop.
    package var queue: Int
    /// Bytes of requests and live answers that may wait or run, on each event loop.
    package var bytes: Int
    /// A larger request, with its live answer, is not mirrored.
    package var requestBytes: Int
    /// Threads of its own, so also mirrored runs at a time.
    package var concurrency: Int
    /// Nanoseconds after which a mirrored run counts as timed out; nil means the model's request time-out.
    package var timeout: UInt64?

    package init(
        queue: Int = 1_024,
        bytes: Int = 64 << 20,
        requestBytes: Int = 8 << 20,
        concurrency: Int = 1,
        timeout: UInt64? = nil
    ) {
        self.queue = queue
        self.bytes = bytes
        self.requestBytes = requestBytes
        self.concurrency = concurrency
        self.timeout = timeout
    }
}

/// Why a sampled request became no pair. A bounded set: the raw value is a metric label. Stored by position: new ones go to
/// the end.
package enum ShadowDrop: String, Sendable, Codable, CaseIterable {
    /// As many requests as allowed wait already.
    case queueFull = "queue_full"
    /// As many bytes as allowed wait already.
    case bytes
    /// This request alone is larger than allowed.
    case tooLarge = "too_large"
    /// The data plane is under pressure: the mirrored leg gives way first.
    case overload
    /// The other slot's version left, or was never ready.
    case candidateNotReady = "candidate_not_ready"
    /// The client gave up before the live answer was complete.
    case clientGone = "client_gone"
    /// The gateway stopped, or handed over to another process, first.
    case shutdown
    /// The gateway ended without a word: found at the next start.
    case crash
    /// As many mirrored runs hang, and cannot be stopped, as threads may be lost.
    case candidateHangs = "candidate_hangs"
    /// The request cannot be understood, so no version could be asked the same.
    case undecodable
    /// What the release may use of the candidate's calls, tokens or money is used up.
    case budget
}

/// What became of sampled requests. Law: `sampled = paired + dropped + pending`, at any moment.
package struct ShadowCounts: Sendable, Codable, Equatable {
    /// Requests the share chose, before any of them was dropped.
    package var sampled: UInt64
    package var paired: UInt64
    /// By `ShadowDrop.rawValue`; reasons that never happened are left out.
    package var dropped: [String: UInt64]
    /// Waiting or running now.
    package var pending: UInt64
    /// Requests of this model whose client asked not to be mirrored; not sampled.
    package var optedOut: UInt64

    package init() {
        self.sampled = 0
        self.paired = 0
        self.dropped = [:]
        self.pending = 0
        self.optedOut = 0
    }

    package var droppedTotal: UInt64 { self.dropped.values.reduce(0, +) }

    package mutating func add(_ other: ShadowCounts) {
        self.sampled += other.sampled
        self.paired += other.paired
        self.dropped.merge(other.dropped, uniquingKeysWith: +)
        self.pending += other.pending
        self.optedOut += other.optedOut
    }
}
