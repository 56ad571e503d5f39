package import Logging
package import ServingCore
import Trials

/// Carries out what the gate says and what promotions still owe, once a second: tells about verdicts, moves ramps, watches
/// promotions and takes them back, releases standbys whose time is over. Everything it does goes through `ModelControl`,
/// with an audit row of its own.
package actor Promoter {
    private let book: VerdictBook
    private let control: any ModelControl & SplitControl
    private let source: VerdictBook.Source
    private let tell: @Sendable (GateEvent) -> Void
    private let logger: Logger
    /// Microseconds since 1970.
    private let now: @Sendable () -> Int64
    /// What was told last, by model.
    private var decisions: [String: Told] = [:]
    private var warned: [String: Warned] = [:]
    /// The rejection that was stored for each model's promotion, should moving back need another try.
    private var rejected: [String: Rejected] = [:]
    private var revisions: [String: Seen] = [:]

    private struct Told: Equatable {
        var release: Int64
        var decision: Verdict.Decision
    }

    private struct Seen: Equatable {
        var live: Slot?
        var promotion: Int64?
    }

    private struct Warned {
        var promotion: Int64
        var checks: Set<GateCheck> = []
    }

    private struct Rejected {
        var promotion: Int64
        var verdict: StoredVerdict
        var reasons: [String]
    }

    private static let actor = "teal"

    /// - Parameter tell: must return soon.
    package init(
        book: VerdictBook,
        control: any ModelControl & SplitControl,
        source: @escaping VerdictBook.Source,
        logger: Logger,
        now: @escaping @Sendable () -> Int64,
        tell: @escaping @Sendable (GateEvent) -> Void
    ) {
        self.book = book
        self.control = control
        self.source = source
        self.logger = logger
        self.now = now
        self.tell = tell
    }

    package func tick() async {
        for status in await self.control.status() {
            do throws(ControlError) {
                try await self.look(at: status)
            } catch {
                // Tried again in a second; what is gone then is done.
                self.logger.debug("gate", metadata: ["model": "\(status.model)", "error": "\(error.message)"])
            }
        }
    }

    private func look(at status: ModelStatus) async throws(ControlError) {
        self.tellOfCutovers(status)
        if status.release?.kind == .candidate {
            let given = try await self.book.current(status.model)
            self.tellOfVerdict(given, status)
            try await self.ramp(status.split, given, status)
        }
        guard let promotion = status.promotion else { return }
        if self.now() < promotion.watchedUntil { try await self.watch(promotion, status) }
        if let end = promotion.keptUntil, self.now() >= end { try await self.releaseStandby(status) }
    }

    // MARK: Telling

    private func tellOfVerdict(_ given: GivenVerdict, _ status: ModelStatus) {
        let told = Told(release: given.verdict.release, decision: given.verdict.decision)
        guard self.decisions[status.model] != told, given.stored != nil else { return }
        self.decisions[status.model] = told
        self.tell(
            GateEvent(
                .verdict,
                model: status.model,
                at: self.now(),
                decision: given.verdict.decision,
                verdict: given.stored?.id,
                revision: status.revision,
                reasons: given.verdict.reasons
            )
        )
    }

    /// Whoever moved traffic: an operator, a pipeline, or this gateway.
    private func tellOfCutovers(_ status: ModelStatus) {
        let seen = Seen(live: status.live, promotion: status.promotion?.at)
        defer { self.revisions[status.model] = seen }
        guard let before = self.revisions[status.model], before.live != seen.live, before.live != nil else { return }
        let isPromotion = seen.promotion != nil && seen.promotion != before.promotion
        self.tell(
            GateEvent(
                isPromotion ? .promoted : .rolledBack,
                model: status.model,
                at: self.now(),
                verdict: status.promotion?.verdict,
                revision: status.revision
            )
        )
    }

    // MARK: Acting

    private func ramp(
        _ split: SplitSettings,
        _ given: GivenVerdict,
        _ status: ModelStatus
    ) async throws(ControlError) {
        let step = RampStep(
            split,
            decision: given.verdict.decision,
            checks: given.verdict.checks,
            now: self.now()
        )
        let (share, reason): (Double, String)
        switch step {
        case .stay: return
        case .advance(let next): (share, reason) = (next, "the ramp's next step")
        case .fallBack(let why): (share, reason) = (0, why)
        }
        guard share != split.share || !split.ramp.isEmpty else { return }
        let context = self.context(reason, status, verdict: given.stored?.id)
        let reply = try await self.control.setSplitShare(share, model: status.model, context)
        self.tell(
            GateEvent(
                .split,
                model: status.model,
                at: self.now(),
                decision: given.verdict.decision,
                verdict: given.stored?.id,
                revision: reply.status.revision,
                reasons: ["\(Figure.percent(split.share)) -> \(Figure.percent(share)): \(reason)"]
            )
        )
    }

    private func watch(_ promotion: StandingPromotion, _ status: ModelStatus) async throws(ControlError) {
        guard status.release?.kind == .standby, let input = await self.source(status.model) else { return }
        let policy = input.policy
        let gate = Gate(policy)
        let failed = gate.watch(input).filter { $0.state == .fail }
        let fatal = failed.filter { policy.rollsBackOn.contains($0.check) }
        guard fatal.isEmpty else {
            return try await self.takeBack(promotion, status, gate.takenBack(input, fatal), policy)
        }
        self.warn(of: failed, promotion, status)
    }

    private func takeBack(
        _ promotion: StandingPromotion,
        _ status: ModelStatus,
        _ verdict: Verdict,
        _ policy: GatePolicy
    ) async throws(ControlError) {
        // Stored first, and once: whatever happens next, this version is not promoted again by itself.
        let known = self.rejected[status.model].flatMap { $0.promotion == promotion.at ? $0 : nil }
        let rejected: Rejected
        if let known {
            rejected = known
        } else {
            let stored = try await self.book.record(await self.underItsPolicy(verdict, promotion), policy)
            rejected = Rejected(promotion: promotion.at, verdict: stored, reasons: verdict.reasons)
            self.rejected[status.model] = rejected
        }
        let reply = try await self.control.rollback(
            model: status.model,
            self.context(rejected.reasons.joined(separator: "; "), status, verdict: rejected.verdict.id)
        )
        self.revisions[status.model] = Seen(live: reply.status.live, promotion: reply.status.promotion?.at)
        self.tell(
            GateEvent(
                .rolledBack,
                model: status.model,
                at: self.now(),
                decision: .reject,
                verdict: rejected.verdict.id,
                revision: reply.status.revision,
                reasons: rejected.reasons
            )
        )
    }

    /// Rejects the version under the policy it was promoted by: the one that will be asked when it is tried again. The
    /// versions' manifests may differ, and the one that is live at the moment is its own.
    private func underItsPolicy(_ verdict: Verdict, _ promotion: StandingPromotion) async -> Verdict {
        guard let id = promotion.verdict, let stored = try? await self.book.stored(id), self.book.isSigned(stored)
        else {
            return verdict
        }
        var verdict = verdict
        verdict.inputs.policy = stored.policy
        return verdict
    }

    private func warn(of failed: [CheckResult], _ promotion: StandingPromotion, _ status: ModelStatus) {
        let known = self.warned[status.model].flatMap { $0.promotion == promotion.at ? $0 : nil }
        var warned = known ?? Warned(promotion: promotion.at)
        for check in failed where warned.checks.insert(check.check).inserted {
            self.logger.warning(
                "after its promotion",
                metadata: ["model": "\(status.model)", "check": "\(check.title)", "found": "\(check.sentence)"]
            )
            self.tell(
                GateEvent(
                    .warning,
                    model: status.model,
                    at: self.now(),
                    revision: status.revision,
                    reasons: ["\(check.title): \(check.sentence)"]
                )
            )
        }
        self.warned[status.model] = warned
    }

    private func releaseStandby(_ status: ModelStatus) async throws(ControlError) {
        guard let standby = status.slots.first(where: { $0.role == .standby })?.slot else { return }
        let reply = try await self.control.unload(
            model: status.model,
            slot: standby,
            self.context("the time to keep it for rollback is over", status, verdict: nil)
        )
        self.tell(
            GateEvent(.standbyReleased, model: status.model, at: self.now(), revision: reply.status.revision)
        )
    }

    private func context(_ reason: String, _ status: ModelStatus, verdict: Int64?) -> ActionContext {
        var context = ActionContext(actor: Self.actor, reason: reason, expectedRevision: status.revision)
        context.verdict = verdict
        return context
    }
}
