import Cutover
import ServingCore
import Synchronization
import TestSupport
import Testing

@Suite("Promotions through the gate", .timeLimit(.minutes(1))) struct GateTests {
    /// A started workshop whose promotions a gate decides, which admits with verdict 7 unless it is told otherwise.
    private func guarded(
        _ manifest: String = "slots: {blue: 1, green: 2}\nlive: blue\nslotHeader: true\n",
        versions: [Int: String] = [1: "one", 2: "two", 3: "three"]
    ) async throws -> (Workshop, ScriptedGate) {
        let workshop = try await Workshop(manifest: manifest, versions: versions)
        let gate = ScriptedGate()
        await workshop.manager.guardPromotions(by: gate)
        try await workshop.manager.start()
        return (workshop, gate)
    }

    @Test("A promotion asks about exactly the two versions, under the live version's policy")
    func asks() async throws {
        let (workshop, gate) = try await self.guarded("slots: {blue: 1, green: 2}\nlive: blue\ngate: {alpha: 0.01}\n")
        let before = try await workshop.status()
        try await workshop.promote()
        let asked = try #require(gate.admissions.first)
        var policy = GatePolicy()
        policy.alpha = 0.01
        #expect(gate.admissions.count == 1 && asked.model == "m" && asked.policy == policy && asked.verdict == nil)
        #expect(asked.live.slot == .blue && asked.live.version == 1)
        #expect(asked.candidate.slot == .green && asked.candidate.version == 2)
        #expect([asked.live.digest, asked.candidate.digest] == before.slots.map(\.digest))
    }

    @Test("The verdict that is named is asked about, and the one it rests on is in the audit log")
    func namedVerdict() async throws {
        let (workshop, gate) = try await self.guarded()
        var context = ActionContext.by()
        context.verdict = 5
        let reply = try await workshop.promote(context)
        #expect(gate.admissions.map(\.verdict) == [5])
        #expect(try workshop.lastEntry().verdict == 7 && reply.status.promotion?.verdict == 7)
        #expect(try workshop.lastEntry().detail == nil && workshop.lastEntry().forced == false)
    }

    @Test(
        "A refusal is passed on with its reasons and changes nothing",
        arguments: [
            ControlError.Code.gateHold, .gateReject, .verdictInvalid, .storeUnavailable,
        ]
    )
    func refuses(_ code: ControlError.Code) async throws {
        let (workshop, gate) = try await self.guarded()
        let before = try await workshop.status()
        let (actions, begun) = (workshop.actions, workshop.store.calls(.begin))
        gate.refuse(with: ControlError(code, "no", details: ["C2 errors: too many"]))
        let error = await refusal { try await workshop.promote() }
        #expect(error == ControlError(code, "no", details: ["C2 errors: too many"]))
        #expect(try await workshop.status() == before && workshop.actions == actions)
        #expect(workshop.store.calls(.begin) == begun)
        #expect(try await workshop.routedVersion() == 1)
        gate.refuse(with: nil)
        #expect(try await workshop.promote().status.live == .green)
    }

    @Test("Force with a reason promotes against the gate, and the audit log keeps what was overridden")
    func force() async throws {
        let (workshop, gate) = try await self.guarded()
        gate.refuse(with: ControlError(.gateReject, "the gate says reject", details: ["C2 errors: too many"]))
        let reply = try await workshop.promote(.by("bob", force: true, reason: "the other is on fire"))
        #expect(reply.status.live == .green && gate.admissions.isEmpty && gate.opinions.count == 1)
        let entry = try workshop.lastEntry()
        #expect(entry.forced && entry.reason == "the other is on fire" && entry.actor == "bob")
        #expect(entry.detail == "the gate says reject; C2 errors: too many" && entry.verdict == nil)
        let promotion = try #require(reply.status.promotion)
        #expect(promotion.verdict == nil)
    }

    @Test("Force without a reason is refused before anybody is asked", arguments: [nil, "", " \t"])
    func forceWithoutReason(_ reason: String?) async throws {
        let (workshop, gate) = try await self.guarded()
        let error = await refusal { try await workshop.promote(.by(force: true, reason: reason)) }
        #expect(error?.code == .invalidRequest && gate.opinions.isEmpty && gate.admissions.isEmpty)
        #expect(try await workshop.routedVersion() == 1)
    }

    @Test("What force overrides of the contract and of the gate are both kept")
    func forceBoth() async throws {
        let (workshop, gate) = try await self.guarded(versions: [1: "one", 2: "wide"])
        gate.refuse(with: ControlError(.gateHold, "the gate says hold"))
        if try await workshop.slot(.green).state != "ready" {
            try await workshop.load(.green, 2, context: .by(force: true))
        }
        #expect(await refusal { try await workshop.promote() }?.code == .contractBroken)
        #expect(gate.admissions.isEmpty)
        try await workshop.promote(.by(force: true))
        let detail = try #require(try workshop.lastEntry().detail)
        #expect(detail.hasSuffix("; the gate says hold") && detail.count > "; the gate says hold".count)
    }

    @Test("A rollback never asks, and keeps the verdict it was told")
    func rollback() async throws {
        let (workshop, gate) = try await self.guarded()
        try await workshop.promote()
        gate.refuse(with: ControlError(.gateReject, "no"))
        var context = ActionContext.by("teal")
        context.verdict = 8
        #expect(try await workshop.rollback(context).status.live == .blue)
        #expect(gate.admissions.count == 1 && gate.opinions.isEmpty)
        #expect(try workshop.lastEntry().verdict == 8)
    }

    @Test("A version that is first in a model needs no verdict")
    func first() async throws {
        let (workshop, gate) = try await self.guarded()
        try await workshop.unload(.green)
        try await workshop.unload(.blue, .by(force: true))
        #expect(try await workshop.status().live == nil)
        try await workshop.load(.green, 2)
        #expect(try await workshop.status().live == .green && gate.admissions.isEmpty)
    }

    @Test("A call repeated with its key is answered without another look at the gate")
    func replay() async throws {
        let (workshop, gate) = try await self.guarded()
        let first = try await workshop.promote(.by(key: "k"))
        gate.refuse(with: ControlError(.gateHold, "no"))
        #expect(try await workshop.promote(.by(key: "k")).audit == first.audit)
        #expect(gate.admissions.count == 1)
        var other = ActionContext.by(key: "k")
        other.verdict = 3
        #expect(await refusal { try await workshop.promote(other) }?.code == .idempotencyKeyReused)
    }

    @Test("Of two operators at once one wins and the other gets a conflict, and one of them rests on a verdict")
    func race() async throws {
        let (workshop, gate) = try await self.guarded()
        let revision = try await workshop.status().revision
        let outcomes = await withTaskGroup(of: ControlError.Code?.self) { group in
            for actor in ["ann", "bob"] {
                group.addTask {
                    do {
                        try await workshop.promote(.by(actor, revision: revision))
                        return nil
                    } catch { return (error as? ControlError)?.code }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 1 && outcomes.count { $0 == .staleRevision } == 1)
        #expect(gate.admissions.count == 1 && workshop.actions.count { $0 == "promote" } == 1)
        #expect(try await workshop.status().live == .green)
    }

    // MARK: What a promotion is owed

    @Test("A promotion stands with its verdict, its watch and its soak, also after a restart, until it is taken back")
    func standing() async throws {
        let (workshop, _) = try await self.guarded(
            "slots: {blue: 1, green: 2}\nlive: blue\ngate: {watch: 10m, soak: 2h}\n"
        )
        #expect(try await workshop.status().promotion == nil)
        let promotion = try #require(try await workshop.promote().status.promotion)
        #expect(promotion.verdict == 7 && promotion.at <= WallClock.microseconds)
        #expect(promotion.watchedUntil == promotion.at + 600_000_000)
        #expect(promotion.keptUntil == promotion.at + 7_200_000_000)
        let restarted = try await workshop.restarted()
        #expect(try await restarted.status().promotion == promotion)
        #expect(try await restarted.rollback().status.promotion == nil)
        #expect(try await restarted.restarted().status().promotion == nil)
    }

    @Test("Without a watch and a soak nothing is owed")
    func owesNothing() async throws {
        let (workshop, _) = try await self.guarded(
            "slots: {blue: 1, green: 2}\nlive: blue\ngate: {watch: 0s, soak: 0s}\n"
        )
        let promotion = try #require(try await workshop.promote().status.promotion)
        #expect(promotion.watchedUntil == promotion.at && promotion.keptUntil == nil)
    }

    @Test("A promotion stands no longer when its standby has left: unloaded, or replaced", arguments: [false, true])
    func standbyLeaves(_ isReplaced: Bool) async throws {
        let (workshop, _) = try await self.guarded()
        try await workshop.promote()
        if isReplaced { try await workshop.load(.blue, 3) } else { try await workshop.unload(.blue) }
        #expect(try await workshop.status().promotion == nil)
    }

    @Test("A promotion that cannot be confirmed stands for nobody")
    func unconfirmed() async throws {
        let (workshop, _) = try await self.guarded()
        workshop.store.fail(.commit)
        #expect(await refusal { try await workshop.promote() }?.code == .storeUnavailable)
        #expect(try await workshop.status().promotion == nil)
        #expect(try await workshop.restarted().status().promotion == nil)
    }
}

/// A gate that admits with verdict 7, or refuses as it is told, and remembers what it was asked.
final class ScriptedGate: PromotionGate {
    private struct State {
        var admissions: [AskedPromotion] = []
        var opinions: [AskedPromotion] = []
        var refusal: ControlError?
    }

    private let state = Mutex(State())

    var admissions: [AskedPromotion] { self.state.withLock { $0.admissions } }
    var opinions: [AskedPromotion] { self.state.withLock { $0.opinions } }

    /// From now on; nil admits again.
    func refuse(with refusal: ControlError?) { self.state.withLock { $0.refusal = refusal } }

    func admit(_ promotion: AskedPromotion) async throws(ControlError) -> Int64 {
        let refusal = self.state.withLock { state in
            state.admissions.append(promotion)
            return state.refusal
        }
        if let refusal { throw refusal }
        return 7
    }

    func opinion(on promotion: AskedPromotion) async -> String {
        let refusal = self.state.withLock { state in
            state.opinions.append(promotion)
            return state.refusal
        }
        return refusal.map { ([$0.message] + $0.details).joined(separator: "; ") } ?? "the gate says promote"
    }
}
