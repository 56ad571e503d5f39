package import ServingCore
package import Shadow

/// What the slot manager needs to have live traffic mirrored: where mirrored requests go, which release they belong to,
/// and who keeps the evidence.
package struct TrialKeeper: Sendable {
    package let shadow: ShadowService
    package let book: ReleaseBook
    /// Called before the first pair of a release can come, also when one goes on after a restart; more than once with the
    /// same arguments does no harm.
    package let begin: @Sendable (Release, TrialTerms) -> Void
    /// Called with a release that has ended, when its last pair has come.
    package let end: @Sendable (Release) -> Void
    /// Some V2 requests that a model's live version answered lately, for the warm-up of its next version.
    package let recorded: @Sendable (String) async -> [String]

    package init(
        shadow: ShadowService,
        book: ReleaseBook,
        begin: @escaping @Sendable (Release, TrialTerms) -> Void,
        end: @escaping @Sendable (Release) -> Void,
        recorded: @escaping @Sendable (String) async -> [String]
    ) {
        self.shadow = shadow
        self.book = book
        self.begin = begin
        self.end = end
        self.recorded = recorded
    }
}

/// How the pairs of one release are made, compared and kept.
package struct TrialTerms: Sendable, Equatable {
    package var live: ModelSignature
    package var candidate: ModelSignature
    package var comparison: ComparisonSettings
    package var capture: CapturePolicy
    package var traffic: TrafficSettings
    package var gate: GatePolicy

    package init(
        live: ModelSignature,
        candidate: ModelSignature,
        comparison: ComparisonSettings,
        capture: CapturePolicy,
        traffic: TrafficSettings,
        gate: GatePolicy
    ) {
        self.gate = gate
        self.live = live
        self.candidate = candidate
        self.comparison = comparison
        self.capture = capture
        self.traffic = traffic
    }
}
