import Comparison
import Promotion
import ServingCore
import Synchronization
import TestSupport
import Trials

/// A verdict book over a store without a disk, with a clock and evidence that the test sets.
final class BookStage: Sendable {
    static let start: Int64 = 1_700_000_000_000_000
    static let minute: Int64 = 60_000_000

    private struct State {
        var time = BookStage.start
        var input: GateInput?
    }

    let store: InMemoryControlStore
    let seal: VerdictSeal
    private let state: Mutex<State>

    init(
        _ input: GateInput? = BookStage.input(.hold),
        store: InMemoryControlStore = InMemoryControlStore(),
        key: UInt8 = 7
    ) {
        self.store = store
        self.seal = VerdictSeal(key: [UInt8](repeating: key, count: 32))
        self.state = Mutex(State(input: input))
    }

    /// Each has its own memory of what was stored last, as after a restart.
    func book() -> VerdictBook {
        VerdictBook(
            source: { [self] model in self.input.flatMap { $0.release.model == model ? $0 : nil } },
            store: self.store,
            seal: self.seal,
            now: { [self] in self.time }
        )
    }

    var time: Int64 {
        get { self.state.withLock { $0.time } }
        set { self.state.withLock { $0.time = newValue } }
    }

    var input: GateInput? {
        get { self.state.withLock { $0.input } }
        set { self.state.withLock { $0.input = newValue } }
    }

    func decide(_ decision: Verdict.Decision, _ policy: GatePolicy = policy) {
        self.input = Self.input(decision, policy)
    }

    /// Decisions of the stored verdicts, oldest first.
    func decisions() async throws -> [Verdict.Decision] {
        try await self.store.verdicts(model: nil, limit: 1_000).reversed().map(\.decision)
    }

    /// C2 alone decides.
    static let policy: GatePolicy = {
        var policy = GateScene.small()
        for check in GateCheck.allCases where check != .errors { policy.rules[check]?.enforcement = .off }
        return policy
    }()

    static func input(
        _ decision: Verdict.Decision,
        _ policy: GatePolicy = policy,
        kind: Release.Kind = .candidate
    ) -> GateInput {
        var scene = GateScene(policy, subject: kind == .standby ? .live : .candidate)
        scene.input.release.kind = kind
        switch decision {
        case .hold: scene.add(5, candidate: .answered)
        case .promote: scene.add(400, candidate: .answered)
        case .reject: scene.add(100, candidate: .error)
        }
        return scene.input
    }

    static func asked(_ verdict: Int64? = nil) -> AskedPromotion {
        AskedPromotion(
            model: "digits",
            live: Release.sample().live,
            candidate: Release.sample().candidate,
            policy: Self.policy,
            verdict: verdict
        )
    }
}

/// The `ControlError` that `body` throws; nil when it throws none.
func refusal<Value>(_ body: () async throws(ControlError) -> Value) async -> ControlError? {
    do throws(ControlError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
