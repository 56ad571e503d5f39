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
    private var warned: [String: Set<GateCheck>] = [:]
    private var revisions: [String: Seen] = [:]

    private struct Told: Equatable {
        var release: Int64
        var decision: Verdict.Decision
    }

    private struct Seen: Equatable {
        var live: Slot?
        var promotion: Int64?
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
            let verdict = gate.takenBack(input, fatal)
            // Stored first: whatever happens next, this version is not promoted again by itself.
            let stored = try await self.book.record(verdict, policy)
            let reason = verdict.reasons.joined(separator: "; ")
            _ = try await self.control.rollback(
                model: status.model,
                self.context(reason, status, verdict: stored.id)
            )
            return
        }
        self.warn(of: failed, status)
    }

    private func warn(of failed: [CheckResult], _ status: ModelStatus) {
        for check in failed where self.warned[status.model, default: []].insert(check.check).inserted {
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
        if failed.isEmpty { self.warned[status.model] = nil }
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
