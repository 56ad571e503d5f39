import Comparison
package import Promotion
package import ServingCore
import Synchronization
package import Trials

/// A `GateDesk` that records what it is asked and answers with what it was given; it knows model `digits` alone.
package final class FakeGateDesk: GateDesk {
    package enum Call: Sendable, Equatable {
        case current(String)
        case verdicts(String, Int)
        case verdict(Int64)
        case report(String, Int64?)
        case feedback([Feedback], String)
    }

    private struct State {
        var calls: [Call] = []
        var failure: ControlError?
        var decision = Verdict.Decision.promote
        var reply = FeedbackReply()
    }

    private let state = Mutex(State())

    package init() {}

    package var calls: [Call] { self.state.withLock { $0.calls } }

    /// From now on every call throws `failure`; nil heals.
    package func fail(with failure: ControlError?) { self.state.withLock { $0.failure = failure } }

    /// What the gate says from now on.
    package func decide(_ decision: Verdict.Decision) { self.state.withLock { $0.decision = decision } }

    /// What becomes of feedback from now on.
    package func answer(_ reply: FeedbackReply) { self.state.withLock { $0.reply = reply } }

    package func current(model: String) async throws(ControlError) -> GateDocument {
        let decision = try self.note(.current(model))
        return GateDocument(
            GivenVerdict(verdict: .sample(decision), stored: decision == .hold ? nil : .sample(decision))
        )
    }

    package func verdicts(model: String, limit: Int) async throws(ControlError) -> VerdictsDocument {
        let decision = try self.note(.verdicts(model, limit))
        guard model == "digits" else { return VerdictsDocument(verdicts: []) }
        return VerdictsDocument(verdicts: [VerdictDocument(.sample(decision), isSigned: true)])
    }

    package func verdict(_ id: Int64) async throws(ControlError) -> VerdictDocument {
        VerdictDocument(.sample(try self.note(.verdict(id))), isSigned: true)
    }

    package func report(model: String, release: Int64?) async throws(ControlError) -> ReleaseReport {
        let decision = try self.note(.report(model, release))
        return ReleaseReport(
            verdict: .sample(decision),
            stored: nil,
            trial: .sample(),
            latency: GateInput.sample().evidence.latency,
            pairs: [],
            audit: [],
            feedback: nil,
            gateway: "1.0",
            generated: 1_700_000_000_000_000
        )
    }

    package func take(_ feedback: [Feedback], model: String) async throws(ControlError) -> FeedbackReply {
        _ = try self.note(.feedback(feedback, model))
        return self.state.withLock { $0.reply }
    }

    private func note(_ call: Call) throws(ControlError) -> Verdict.Decision {
        let (failure, decision) = self.state.withLock { state in
            state.calls.append(call)
            return (state.failure, state.decision)
        }
        if let failure { throw failure }
        return decision
    }
}
