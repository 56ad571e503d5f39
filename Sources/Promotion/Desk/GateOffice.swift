import Comparison
package import SemanticSearch
package import ServingCore
package import Trials

/// The gate with everything its surfaces show: verdicts, reports, feedback.
package struct GateOffice: GateDesk {
    private let book: VerdictBook
    private let recorder: TrialRecorder
    private let trials: any TrialReading
    private let store: any ControlStore
    private let feedback: FeedbackKeeper
    private let search: (any SemanticSearching)?
    private let version: String
    /// Microseconds since 1970.
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - search: asked for what a report says of slices; nil: reports say nothing of them.
    ///   - version: of the gateway, for reports.
    package init(
        book: VerdictBook,
        recorder: TrialRecorder,
        trials: any TrialReading,
        store: any ControlStore,
        feedback: FeedbackKeeper,
        search: (any SemanticSearching)? = nil,
        version: String,
        now: @escaping @Sendable () -> Int64
    ) {
        self.book = book
        self.recorder = recorder
        self.trials = trials
        self.store = store
        self.feedback = feedback
        self.search = search
        self.version = version
        self.now = now
    }

    package func current(model: String) async throws(ControlError) -> GateDocument {
        GateDocument(try await self.book.current(model))
    }

    package func verdicts(model: String, limit: Int) async throws(ControlError) -> VerdictsDocument {
        let stored = try await self.book.list(model: model, limit: limit)
        return VerdictsDocument(
            verdicts: stored.map { VerdictDocument($0, isSigned: self.book.isSigned($0)) }
        )
    }

    package func verdict(_ id: Int64) async throws(ControlError) -> VerdictDocument {
        let stored = try await self.book.stored(id)
        return VerdictDocument(stored, isSigned: self.book.isSigned(stored))
    }

    package func take(_ feedback: [Feedback], model: String) async throws(ControlError) -> FeedbackReply {
        let output = self.recorder.gateInput(of: model)?.policy.labelOutput
        do throws(StoreError) {
            return try await self.feedback.take(feedback, model: model, labelOutput: output)
        } catch {
            throw Self.translate(error, "the capture database cannot be used at the moment")
        }
    }

    // MARK: Reports

    package func report(model: String, release: Int64?) async throws(ControlError) -> ReleaseReport {
        let trial = try await self.trials.trial(model: model, release: release)
        let evidence = try await self.trials.evidence(of: trial.release)
        let (verdict, stored) = try await self.verdict(of: trial, evidence)
        var pairs: [PairDocument] = []
        for worst in verdict.worst.prefix(ReleaseReport.pairLimit) {
            // Retention may have removed it; then the report has its sentence alone.
            if let pair = try? await self.trials.pair(model: model, id: worst.id) { pairs.append(pair) }
        }
        return ReleaseReport(
            verdict: verdict,
            stored: stored,
            trial: trial,
            latency: evidence.evidence.latency,
            pairs: pairs,
            audit: try await self.audit(of: model),
            feedback: Self.figures(evidence),
            slices: await SlicesSection.found(for: trial.release, by: self.search),
            gateway: self.version,
            generated: self.now()
        )
    }

    /// Of a release that runs what the gate says now; of one that has ended the last verdict that was given.
    private func verdict(
        of trial: TrialDocument,
        _ evidence: GateInput
    ) async throws(ControlError) -> (Verdict, StoredVerdict?) {
        if trial.isRunning, trial.release.kind == .candidate {
            let given = try await self.book.current(trial.release.model)
            if given.verdict.release == trial.release.id { return (given.verdict, given.stored) }
        }
        let stored = try await self.book.list(model: trial.release.model, limit: 1_000)
        if let last = stored.first(where: { $0.release == trial.release.id }),
            let verdict = Verdict(decoding: last.body)
        {
            return (verdict, last)
        }
        let gate = Gate(evidence.policy)
        return (trial.release.kind == .standby ? gate.watched(evidence) : gate.verdict(evidence), nil)
    }

    private func audit(of model: String) async throws(ControlError) -> [AuditEntry] {
        do throws(StoreError) {
            return try await self.store.audit(AuditQuery(model: model, limit: ReleaseReport.auditLimit))
        } catch {
            throw Self.translate(error, "the control database cannot be used at the moment")
        }
    }

    private static func figures(_ evidence: GateInput) -> ReleaseReport.FeedbackFigures? {
        let tests = evidence.tests
        guard tests.quality.count > 0 else { return nil }
        return ReleaseReport.FeedbackFigures(
            pairs: tests.quality.count,
            liveLoss: tests.liveLoss.mean,
            candidateLoss: tests.candidateLoss.mean
        )
    }

    private static func translate(_ error: StoreError, _ what: String) -> ControlError {
        switch error {
        case .unavailable(let why): ControlError(.storeUnavailable, "\(what): \(why)")
        case .staleRevision(let current): ControlError(.staleRevision, what, currentRevision: current)
        }
    }
}
