package import ServingCore
package import Trials

/// Keeps the verdicts of all releases: evaluates, stores what is news, and says which of them a promotion may rest on.
package actor VerdictBook: PromotionGate {
    /// What there is to decide about a model's running release; nil when none runs.
    package typealias Source = @Sendable (_ model: String) async -> GateInput?

    private let source: Source
    private let store: any VerdictStore
    private let seal: VerdictSeal
    /// Microseconds since 1970.
    private let now: @Sendable () -> Int64
    /// The newest stored verdict of each model's running release.
    private var newest: [String: StoredVerdict] = [:]

    /// One that holds where the last did not is stored at most this often, microseconds. What decides is stored at once: a
    /// pipeline that reads `promote` promotes by its number.
    private static let pause: Int64 = 10_000_000
    /// A clock that was set back by less is not worth a word, microseconds.
    private static let clockTolerance: Int64 = 60_000_000

    package init(
        source: @escaping Source,
        store: any VerdictStore,
        seal: VerdictSeal,
        now: @escaping @Sendable () -> Int64
    ) {
        self.source = source
        self.store = store
        self.seal = seal
        self.now = now
    }

    // MARK: Evaluating

    /// What the gate says now. Stored when the decision is another one than last time, or the last verdict has lived half
    /// of its time.
    package func current(_ model: String) async throws(ControlError) -> GivenVerdict {
        let input = try await self.candidate(of: model)
        let verdict = try await self.evaluate(input)
        return GivenVerdict(verdict: verdict, stored: try await self.keep(verdict, input.policy, isAsked: false))
    }

    /// What the running release has shown, if it tries a candidate. One that watches a promotion accuses the live version:
    /// its checks say nothing in favour of the standby.
    private func candidate(of model: String) async throws(ControlError) -> GateInput {
        guard let input = await self.source(model) else { throw Self.noTrial(model) }
        guard input.release.kind == .candidate else {
            throw ControlError(
                .notReady,
                "version \(input.release.live.version) of model '\(model)' was promoted and version "
                    + "\(input.release.candidate.version) is kept for rollback, so there is no candidate to judge: load one, "
                    + "or go back with `teal rollback \(model)`"
            )
        }
        return input
    }

    private func evaluate(_ input: GateInput) async throws(ControlError) -> Verdict {
        let gate = Gate(input.policy)
        let rejection: StoredVerdict?
        do throws(StoreError) {
            rejection = try await self.rejection(
                input.release.model,
                input.release.candidate.digest,
                gate.digest
            )
        } catch {
            throw Self.translate(error)
        }
        return gate.verdict(input, rejection: rejection)
    }

    /// Nil when a hold was not stored because the last verdict came a moment ago.
    private func keep(
        _ verdict: Verdict,
        _ policy: GatePolicy,
        isAsked: Bool
    ) async throws(ControlError) -> StoredVerdict? {
        let time = self.now()
        if let last = try await self.last(of: verdict) {
            let isSame = last.decision == verdict.decision && last.policy == verdict.inputs.policy
            let age = time - last.created
            if isSame, age >= -Self.clockTolerance, age < (last.expires - last.created) / 2 { return last }
            let isUrgent = isAsked || verdict.decision != .hold
            if !isUrgent, age >= 0, age < Self.pause { return nil }
        }
        return try await self.record(verdict, policy)
    }

    /// Stores `verdict` as it is.
    package func record(_ verdict: Verdict, _ policy: GatePolicy) async throws(ControlError) -> StoredVerdict {
        let time = self.now()
        var row = self.seal.sign(
            StoredVerdict(
                model: verdict.model,
                release: verdict.release,
                decision: verdict.decision,
                candidate: verdict.inputs.candidate.digest,
                live: verdict.inputs.live.digest,
                policy: verdict.inputs.policy,
                created: time,
                expires: time + policy.lifetime,
                body: verdict.encoded()
            )
        )
        do throws(StoreError) {
            row.id = try await self.store.save(row)
        } catch {
            throw Self.translate(error)
        }
        self.newest[verdict.model] = row
        return row
    }

    private func last(of verdict: Verdict) async throws(ControlError) -> StoredVerdict? {
        if let known = self.newest[verdict.model], known.release == verdict.release { return known }
        do throws(StoreError) {
            let stored = try await self.store.verdicts(model: verdict.model, limit: 1).first
            return stored.flatMap { $0.release == verdict.release && self.seal.isValid($0) ? $0 : nil }
        } catch {
            throw Self.translate(error)
        }
    }

    // MARK: Promoting

    package func admit(_ promotion: AskedPromotion) async throws(ControlError) -> Int64 {
        guard let id = promotion.verdict else { return try await self.admitNow(promotion) }
        let stored = try await self.stored(id)
        guard stored.model == promotion.model else {
            throw ControlError(.verdictInvalid, "verdict \(id) is about model '\(stored.model)'")
        }
        if let problem = self.problem(stored, promotion) { throw ControlError(.verdictInvalid, problem) }
        // What came after it counts more.
        let newer = try await self.rejection(after: stored)
        guard newer == nil else {
            throw ControlError(
                .gateReject,
                "verdict \(newer?.id ?? 0) has rejected this version since verdict \(id) was given"
            )
        }
        return id
    }

    private func admitNow(_ promotion: AskedPromotion) async throws(ControlError) -> Int64 {
        let input = try await self.candidate(of: promotion.model)
        guard input.release.candidate.digest == promotion.candidate.digest,
            input.release.live.digest == promotion.live.digest
        else { throw Self.noTrial(promotion.model) }
        let verdict = try await self.evaluate(input)
        let row = try await self.keep(verdict, input.policy, isAsked: true)
        switch verdict.decision {
        case .promote:
            guard let row else { throw Self.noTrial(promotion.model) }
            return row.id
        case .hold:
            throw ControlError(
                .gateHold,
                "the gate says hold: wait (`teal gate \(promotion.model) --wait 30m`), or override with `force` and a "
                    + "`reason`",
                details: verdict.reasons
            )
        case .reject:
            throw ControlError(
                .gateReject,
                "the gate says reject: load a better version, or override with `force` and a `reason`",
                details: verdict.reasons
            )
        }
    }

    package func opinion(on promotion: AskedPromotion) async -> String {
        do throws(ControlError) {
            _ = try await self.admit(promotion)
            return "the gate says promote"
        } catch {
            return ([error.message] + error.details).joined(separator: "; ")
        }
    }

    /// Why a stored verdict does not allow this promotion; nil when it does.
    private func problem(_ stored: StoredVerdict, _ promotion: AskedPromotion) -> String? {
        let name = "verdict \(stored.id)"
        let time = self.now()
        guard self.seal.isValid(stored) else { return "\(name) does not bear this gateway's signature: it was changed" }
        guard stored.decision == .promote else { return "\(name) says \(stored.decision.rawValue), not promote" }
        guard time >= stored.created - Self.clockTolerance else {
            return "\(name) was given in the future: the clock was set back; ask the gate again"
        }
        guard time < stored.expires else {
            return "\(name) has expired \(Figure.wait(microseconds: time - stored.expires)) ago; ask the gate again"
        }
        guard stored.candidate == promotion.candidate.digest else {
            return "\(name) is about another version than the one in slot \(promotion.candidate.slot.rawValue)"
        }
        guard stored.live == promotion.live.digest else {
            return "\(name) was given against another live version; ask the gate again"
        }
        guard stored.policy == promotion.policy.digest else {
            return "\(name) was given under another policy; ask the gate again"
        }
        return nil
    }

    // MARK: Reading

    /// Throws `notFound` when there is none.
    package func stored(_ id: Int64) async throws(ControlError) -> StoredVerdict {
        do throws(StoreError) {
            if let found = try await self.store.verdict(id) { return found }
        } catch {
            throw Self.translate(error)
        }
        throw ControlError(.notFound, "there is no verdict \(id)")
    }

    /// Newest first.
    package func list(model: String?, limit: Int) async throws(ControlError) -> [StoredVerdict] {
        do throws(StoreError) {
            return try await self.store.verdicts(model: model, limit: limit)
        } catch {
            throw Self.translate(error)
        }
    }

    package nonisolated func isSigned(_ verdict: StoredVerdict) -> Bool { self.seal.isValid(verdict) }

    /// The newest that bears our signature. One that does not, of a start without the key or of another hand, hides none.
    private func rejection(
        _ model: String,
        _ candidate: String,
        _ policy: String
    ) async throws(StoreError) -> StoredVerdict? {
        let newest = try await self.store.rejection(model: model, candidate: candidate, policy: policy)
        guard let newest, !self.seal.isValid(newest) else { return newest }
        return try await self.store.verdicts(model: model, limit: 1_000).first {
            $0.decision == .reject && $0.candidate == candidate && $0.policy == policy && self.seal.isValid($0)
        }
    }

    private func rejection(after verdict: StoredVerdict) async throws(ControlError) -> StoredVerdict? {
        do throws(StoreError) {
            let found = try await self.rejection(verdict.model, verdict.candidate, verdict.policy)
            return found.flatMap { $0.id > verdict.id ? $0 : nil }
        } catch {
            throw Self.translate(error)
        }
    }

    private static func noTrial(_ model: String) -> ControlError {
        ControlError(
            .notReady,
            "no trial of model '\(model)' runs, so there is no verdict: load a candidate beside the live version, or "
                + "override with `force` and a `reason`"
        )
    }

    private static func translate(_ error: StoreError) -> ControlError {
        switch error {
        case .unavailable(let sentence):
            ControlError(.storeUnavailable, "the control database cannot be used: \(sentence); nothing was changed")
        case .staleRevision(let current):
            ControlError(.staleRevision, "the stored revision is \(current)", currentRevision: current)
        }
    }
}

/// A verdict with the row it was stored as.
package struct GivenVerdict: Sendable, Equatable {
    package var verdict: Verdict
    /// The newest stored verdict with the same decision; nil while there is none.
    package var stored: StoredVerdict?

    package init(verdict: Verdict, stored: StoredVerdict?) {
        self.verdict = verdict
        self.stored = stored
    }
}
