/// A verdict as it was given: an immutable, signed row of the control database.
package struct StoredVerdict: Sendable, Equatable {
    /// Row number, given by the store; 0 before that.
    package var id: Int64
    package var model: String
    package var release: Int64
    package var decision: Verdict.Decision
    /// Lower-case hex SHA-256 of the candidate's files, of the live version's and of the policy.
    package var candidate: String
    package var live: String
    package var policy: String
    /// Microseconds since 1970.
    package var created: Int64
    package var expires: Int64
    /// `Verdict` as JSON with sorted keys.
    package var body: [UInt8]
    /// HMAC-SHA256 over all of the above but the number, with the key kept beside the database.
    package var signature: [UInt8]

    /// Of a model's `hold` verdicts the newest that are kept; the others decide something and are kept for good.
    package static let heldLimit = 1_000

    package init(
        id: Int64 = 0,
        model: String,
        release: Int64,
        decision: Verdict.Decision,
        candidate: String,
        live: String,
        policy: String,
        created: Int64,
        expires: Int64,
        body: [UInt8],
        signature: [UInt8] = []
    ) {
        self.id = id
        self.model = model
        self.release = release
        self.decision = decision
        self.candidate = candidate
        self.live = live
        self.policy = policy
        self.created = created
        self.expires = expires
        self.body = body
        self.signature = signature
    }
}

/// Where verdicts are kept; part of the control store. Implementations pass `ControlStoreConformance`.
package protocol VerdictStore: Sendable {
    /// Returns the row's number, whatever `id` says, once it has reached stable storage. A row is never changed; it is
    /// removed only when it is a `hold` beyond `heldLimit`.
    func save(_ verdict: StoredVerdict) async throws(StoreError) -> Int64
    func verdict(_ id: Int64) async throws(StoreError) -> StoredVerdict?
    /// Newest first, 1 to 1000, of all models when `model` is nil.
    func verdicts(model: String?, limit: Int) async throws(StoreError) -> [StoredVerdict]
    /// The newest rejection of a candidate under a policy, whatever the release: it stands until one of them changes.
    func rejection(model: String, candidate: String, policy: String) async throws(StoreError) -> StoredVerdict?
}
