import Logging
import Promotion
import ServingCore
import Synchronization
import TestSupport
import Trials

/// A promoter over a book and a control that do what the test says.
final class PromoterStage: Sendable {
    let books: BookStage
    let control: StagedControl
    let promoter: Promoter
    private let events: Events

    private final class Events: Sendable {
        let all = Mutex<[GateEvent]>([])
    }

    init(_ status: ModelStatus, _ input: GateInput?) {
        let (books, control, events) = (BookStage(input), StagedControl(status), Events())
        self.books = books
        self.control = control
        self.events = events
        self.promoter = Promoter(
            book: books.book(),
            control: control,
            source: { model in books.input.flatMap { $0.release.model == model ? $0 : nil } },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { books.time },
            tell: { event in events.all.withLock { $0.append(event) } }
        )
    }

    /// A candidate on trial, of which the gate says `decision`.
    static func trial(_ decision: Verdict.Decision, split: SplitSettings = SplitSettings()) -> PromoterStage {
        var status = ModelStatus.sample()
        status.release = .sample()
        status.split = split
        return PromoterStage(status, BookStage.input(decision))
    }

    /// A version that was promoted just now, watched for half an hour and kept for a day.
    static func promoted(_ input: GateInput, verdict: Int64? = nil) -> PromoterStage {
        var status = ModelStatus.sample()
        status.release = input.release
        status.live = .green
        status.slots = [
            SlotStatus(slot: .blue, role: .standby, state: "ready"),
            SlotStatus(slot: .green, role: .live, state: "ready"),
        ]
        status.promotion = StandingPromotion(
            at: BookStage.start,
            verdict: verdict,
            watchedUntil: BookStage.start + 30 * BookStage.minute,
            keptUntil: BookStage.start + 1_440 * BookStage.minute
        )
        return PromoterStage(status, input)
    }

    var told: [GateEvent] { self.events.all.withLock { $0 } }

    func told(_ kind: GateEvent.Kind) -> [GateEvent] { self.told.filter { $0.kind == kind } }

    func tick(_ count: Int = 1) async {
        for _ in 0..<count { await self.promoter.tick() }
    }
}

/// Carries out what it is asked on one model's status, as a slot manager would, or fails.
actor StagedControl: ModelControl, SplitControl {
    enum Call: Equatable {
        case split(Double, ActionContext)
        case rollback(ActionContext)
        case unload(Slot, ActionContext)
    }

    private(set) var calls: [Call] = []
    private var model: ModelStatus
    private var failure: ControlError?

    init(_ model: ModelStatus) { self.model = model }

    func fail(with failure: ControlError?) { self.failure = failure }

    func change(_ body: @Sendable (inout ModelStatus) -> Void) { body(&self.model) }

    func status() async -> [ModelStatus] { [self.model] }
    func status(of model: String) async throws(ControlError) -> ModelStatus { self.model }

    func setSplitShare(
        _ share: Double,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        try self.act(.split(share, context), "traffic") { model in
            model.split.ramp.removeAll { $0 <= share || share == 0 }
            model.split.share = share
        }
    }

    func rollback(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try self.act(.rollback(context), "rollback") { model in
            model.live = model.live?.other
            model.promotion = nil
            model.release = nil
        }
    }

    func unload(model: String, slot: Slot, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try self.act(.unload(slot, context), "unload") { model in
            model.slots.removeAll { $0.slot == slot }
            model.promotion = nil
            model.release = nil
        }
    }

    func load(_ request: LoadRequest, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "nobody loads here")
    }

    func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "nobody promotes here")
    }

    func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "nobody changes traffic here")
    }

    private func act(
        _ call: Call,
        _ action: String,
        _ change: (inout ModelStatus) -> Void
    ) throws(ControlError) -> ActionReply {
        self.calls.append(call)
        if let failure { throw failure }
        change(&self.model)
        self.model.revision += 1
        return ActionReply(action: action, audit: Int64(self.calls.count), status: self.model)
    }
}
