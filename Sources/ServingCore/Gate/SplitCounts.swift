/// What became of one model's split since it is as it is. Requests that named a slot or version are not among it.
///
/// Of requests that share a key many may come from one client, so their ratio may stray from the share without anything
/// being wrong. The first clients seen, some thousand, are therefore counted one by one: each is a draw of its own.
package struct SplitCounts: Sendable, Codable, Equatable {
    /// Grows when share, key or seed change, and when the split begins to run; counts of two epochs do not add up.
    /// Begins anew with each process.
    package var epoch: UInt64
    /// The candidate's share of requests with a key, as configured.
    package var share: Double
    /// Requests with a key that the live version got.
    package var live: UInt64
    /// Requests that the candidate got.
    package var candidate: UInt64
    /// Requests without the key: the live version got them too.
    package var unkeyed: UInt64
    /// Different values of the key among the first ones, by side.
    package var liveClients: UInt64
    package var candidateClients: UInt64

    package init(
        epoch: UInt64,
        share: Double,
        live: UInt64 = 0,
        candidate: UInt64 = 0,
        unkeyed: UInt64 = 0,
        liveClients: UInt64 = 0,
        candidateClients: UInt64 = 0
    ) {
        self.epoch = epoch
        self.share = share
        self.live = live
        self.candidate = candidate
        self.unkeyed = unkeyed
        self.liveClients = liveClients
        self.candidateClients = candidateClients
    }
}
