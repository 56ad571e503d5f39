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

    package init(
        shadow: ShadowService,
        book: ReleaseBook,
        begin: @escaping @Sendable (Release, TrialTerms) -> Void,
        end: @escaping @Sendable (Release) -> Void
    ) {
        self.shadow = shadow
        self.book = book
        self.begin = begin
        self.end = end
    }
}

/// How the pairs of one release are compared and kept.
package struct TrialTerms: Sendable, Equatable {
    package var live: ModelSignature
    package var candidate: ModelSignature
    package var comparison: ComparisonSettings
    package var capture: CapturePolicy

    package init(
        live: ModelSignature,
        candidate: ModelSignature,
        comparison: ComparisonSettings,
        capture: CapturePolicy
    ) {
        self.live = live
        self.candidate = candidate
        self.comparison = comparison
        self.capture = capture
    }
}
