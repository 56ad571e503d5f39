import Slots
import Testing

@Suite struct SlotStateMachineTests {
    typealias State = SlotStateMachine.State

    enum Event: String, CaseIterable {
        case load, warmUp, becomeReady, fail, drain, overdue, drained

        func apply(to machine: inout SlotStateMachine) throws {
            switch self {
            case .load: try machine.beginLoad()
            case .warmUp: try machine.beginWarmUp()
            case .becomeReady: try machine.becomeReady()
            case .fail: try machine.fail("broken")
            case .drain: try machine.beginDrain()
            case .overdue: try machine.drainIsOverdue()
            case .drained: try machine.drained()
            }
        }
    }

    /// Every state, the way there, and where each event it allows leads.
    struct Row: Sendable, CustomTestStringConvertible {
        let state: State
        let path: [Event]
        let next: [Event: State]
        let isBusy: Bool
        let canAnswer: Bool
        var testDescription: String { "\(self.state)" }
    }

    static let rows: [Row] = [
        Row(state: .empty, path: [], next: [.load: .loading(replacing: false)], isBusy: false, canAnswer: false),
        Row(
            state: .loading(replacing: false),
            path: [.load],
            next: [.warmUp: .warming(replacing: false), .fail: .failed(reason: "broken")],
            isBusy: true,
            canAnswer: false
        ),
        Row(
            state: .warming(replacing: false),
            path: [.load, .warmUp],
            next: [.becomeReady: .ready, .fail: .failed(reason: "broken")],
            isBusy: true,
            canAnswer: false
        ),
        Row(
            state: .ready,
            path: [.load, .warmUp, .becomeReady],
            next: [.load: .loading(replacing: true), .drain: .draining(overdue: false)],
            isBusy: false,
            canAnswer: true
        ),
        Row(
            state: .loading(replacing: true),
            path: [.load, .warmUp, .becomeReady, .load],
            next: [.warmUp: .warming(replacing: true), .fail: .ready],
            isBusy: true,
            canAnswer: true
        ),
        Row(
            state: .warming(replacing: true),
            path: [.load, .warmUp, .becomeReady, .load, .warmUp],
            next: [.becomeReady: .ready, .fail: .ready],
            isBusy: true,
            canAnswer: true
        ),
        Row(
            state: .draining(overdue: false),
            path: [.load, .warmUp, .becomeReady, .drain],
            next: [.overdue: .draining(overdue: true), .drained: .empty],
            isBusy: true,
            canAnswer: false
        ),
        Row(
            state: .draining(overdue: true),
            path: [.load, .warmUp, .becomeReady, .drain, .overdue],
            next: [.overdue: .draining(overdue: true), .drained: .empty],
            isBusy: true,
            canAnswer: false
        ),
        Row(
            state: .failed(reason: "broken"),
            path: [.load, .fail],
            next: [.load: .loading(replacing: false)],
            isBusy: false,
            canAnswer: false
        ),
    ]

    private static func machine(_ row: Row) throws -> SlotStateMachine {
        var machine = SlotStateMachine()
        for event in row.path { try event.apply(to: &machine) }
        #expect(machine.state == row.state)
        return machine
    }

    @Test(
        "Every state allows exactly its own transitions, and a refused one changes nothing",
        arguments: rows,
        Event.allCases
    )
    func transition(_ row: Row, _ event: Event) throws {
        var machine = try Self.machine(row)
        if let next = row.next[event] {
            try event.apply(to: &machine)
            #expect(machine.state == next)
        } else {
            let refusal = #expect(throws: SlotStateMachine.Refusal.self) { try event.apply(to: &machine) }
            #expect(refusal?.from == row.state)
            #expect(machine.state == row.state)
        }
    }

    @Test("A slot between two resting states is busy; one that holds a ready version can answer", arguments: rows)
    func properties(_ row: Row) throws {
        let machine = try Self.machine(row)
        #expect(machine.isBusy == row.isBusy)
        #expect(machine.canAnswer == row.canAnswer)
    }

    @Test("State names are the ones operators see")
    func names() {
        #expect(
            Self.rows.map(\.state.name) == [
                "empty", "loading", "warming", "ready", "loading", "warming", "draining", "draining", "failed",
            ]
        )
    }
}
