/// Where pairs, releases and evidence are kept. The writing calls never block and never fail: they hand over to a
/// bounded queue, and what does not fit or cannot be written is dropped and counted. The reading calls see what was
/// committed.
package protocol CaptureStore: FeedbackStore {
    /// False when it was dropped at once.
    @discardableResult
    func append(_ pair: CapturedPair) -> Bool
    /// Inserts or replaces; never dropped, and written before pairs handed over later.
    func save(_ release: Release)
    /// Replaces the release's evidence; when several wait, only the newest is written.
    func save(evidence: [UInt8], of release: Int64)
    /// Returns when everything handed over before has been committed or dropped.
    func flush() async

    /// Newest first, without any that cannot be read; nil for all models.
    func releases(model: String?, limit: Int) async throws(StoreError) -> [Release]
    func evidence(of release: Int64) async throws(StoreError) -> [UInt8]?
    func pairs(_ query: PairQuery) async throws(StoreError) -> [CapturedPair.Summary]
    /// Nil when there is none, or no longer.
    func pair(_ id: Int64) async throws(StoreError) -> CapturedPair?
    /// Those of `ids` that `pair` would find.
    func stored(among ids: [Int64]) async throws(StoreError) -> Set<Int64>
    /// Stored pairs of one of the model's releases (nil: of all) with ids above `after`, in ascending order of id, for
    /// export. A page of large pairs may be shorter than `limit`: only an empty page is past the last.
    func pairs(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(StoreError) -> [CapturedPair]
    /// Those of `ids` that `pair` would find, in that order. Large pairs end it early, after at least one: the caller asks
    /// again for the ids behind the last.
    func pairs(_ ids: [Int64]) async throws(StoreError) -> [CapturedPair]
    /// Bodies of the pairs that `query` lists, in its order. One that would take more than what those before it left of
    /// `bytes` is not read and left out.
    func bodies(_ query: PairQuery, bytes: Int) async throws(StoreError) -> [[UInt8]]
    func figures() -> CaptureFigures
    /// Takes nothing more, and returns when everything handed over before has been committed or dropped.
    func close() async
}

/// A pair as it is stored: redacted already, compared already.
package struct CapturedPair: Sendable, Equatable {
    /// All of it but the content.
    package struct Summary: Sendable, Codable, Equatable {
        package var id: Int64
        package var release: Int64
        package var model: String
        package var requestID: String?
        package var segments: [Segment]
        /// `Leg.Outcome.name`.
        package var live: String
        package var candidate: String
        package var noise: String?
        package var liveNanoseconds: UInt64
        package var candidateNanoseconds: UInt64
        package var noiseNanoseconds: UInt64?
        /// Why a leg did not answer.
        package var reason: String?
        /// The largest divergence of any output, 0...1; 1 when only one side answered.
        package var divergence: Double
        package var noiseDivergence: Double?
        /// Some output lies outside its tolerance, or only one side answered.
        package var diverged: Bool

        package init(
            id: Int64,
            release: Int64,
            model: String,
            live: String,
            candidate: String,
            liveNanoseconds: UInt64,
            candidateNanoseconds: UInt64,
            divergence: Double,
            diverged: Bool
        ) {
            self.id = id
            self.release = release
            self.model = model
            self.segments = []
            self.live = live
            self.candidate = candidate
            self.liveNanoseconds = liveNanoseconds
            self.candidateNanoseconds = candidateNanoseconds
            self.divergence = divergence
            self.diverged = diverged
        }
    }

    package var summary: Summary
    /// `Capture.PairBody` encoded; opaque to the store.
    package var body: [UInt8]
    /// `KeyedHash.request` of the id the client gave, before redaction: what feedback finds the pair by.
    package var requestHash: Int64?

    package init(summary: Summary, body: [UInt8], requestHash: Int64? = nil) {
        self.summary = summary
        self.body = body
        self.requestHash = requestHash
    }
}

/// Which pairs to list. All conditions hold together.
package struct PairQuery: Sendable, Equatable {
    package enum Order: String, Sendable, Codable, CaseIterable {
        case newest
        /// Most divergent first.
        case divergence
    }

    package var model: String
    /// Nil: all the model's releases.
    package var release: Int64?
    package var divergedOnly: Bool
    /// `Leg.Outcome.name` of the candidate's leg.
    package var candidateOutcome: String?
    package var liveOutcome: String?
    package var segment: Segment?
    /// Microseconds since 1970, inclusive.
    package var from: Int64?
    /// Microseconds since 1970, exclusive.
    package var until: Int64?
    /// For paging by `newest`: only smaller ids.
    package var before: Int64?
    package var order: Order
    /// 1 to 1000.
    package var limit: Int

    package init(model: String, release: Int64? = nil, divergedOnly: Bool = false, limit: Int = 50) {
        self.model = model
        self.release = release
        self.divergedOnly = divergedOnly
        self.order = .newest
        self.limit = limit
    }
}

/// What the store is doing; counters only grow.
package struct CaptureFigures: Sendable, Codable, Equatable {
    package var appended: UInt64
    package var stored: UInt64
    /// Not stored, by reason: `queue_full`, `bytes`, `closed`, what the database said (`disk_full`, `locked`, `failed`),
    /// or `unavailable` when there is no database.
    package var dropped: [String: UInt64]
    package var queuedPairs: Int
    package var queuedBytes: Int
    /// Removed by retention.
    package var expired: UInt64
    /// Size of the database with its log, bytes.
    package var databaseBytes: Int64
    /// Why nothing can be stored now: the sentence of the last failure; nil when the last write succeeded.
    package var problem: String?

    package init() {
        self.appended = 0
        self.stored = 0
        self.dropped = [:]
        self.queuedPairs = 0
        self.queuedBytes = 0
        self.expired = 0
        self.databaseBytes = 0
    }
}
