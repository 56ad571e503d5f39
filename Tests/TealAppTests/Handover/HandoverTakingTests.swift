import ServingCore
import TealApp
import Testing

@Suite("A process takes the place of a gateway") struct HandoverTakingTests {
    private let held = [
        HeldVersion(model: "m", slot: .blue, source: "/models", version: 1, digest: "d", isLive: true)
    ]

    private func preparing() -> HandoverTaking {
        var machine = HandoverTaking()
        _ = machine.hear(.welcome(held: self.held))
        return machine
    }

    private func opening() -> HandoverTaking {
        var machine = self.preparing()
        _ = machine.prepared()
        _ = machine.hear(.released(generation: 7, held: self.held, listeners: [.http, .admin]))
        return machine
    }

    @Test("step by step")
    func whole() {
        var machine = HandoverTaking()
        #expect(machine.hear(.welcome(held: self.held)) == .prepare(self.held))
        #expect(machine.prepared() == .prepared)
        let released = HandoverMessage.released(generation: 7, held: self.held, listeners: [.http])
        #expect(machine.hear(released) == .open(generation: 7, held: self.held, listeners: [.http]))
        #expect(machine.opened() == .ready)
        #expect(machine.hear(.committed) == .serve)
        #expect(machine.state == .over)
    }

    @Test("that has gone before it gave anything: then it starts as ever")
    func alone() {
        var machine = HandoverTaking()
        #expect(machine.hear(nil) == .startAlone)
        machine = self.preparing()
        _ = machine.prepared()
        #expect(machine.hear(nil) == .startAlone)
    }

    @Test("that has gone after it gave everything: then it serves")
    func heir() {
        var machine = self.opening()
        _ = machine.opened()
        #expect(machine.hear(nil) == .serve)
    }

    @Test("unless that one refuses, at the beginning or when it should let go")
    func refused() {
        var machine = HandoverTaking()
        #expect(machine.hear(.refused(reason: "starting")) == .fail("starting"))
        machine = self.preparing()
        _ = machine.prepared()
        #expect(machine.hear(.refused(reason: "loading")) == .fail("loading"))
    }

    @Test("and fails when that one says what nobody expects")
    func senseless() {
        var machine = HandoverTaking()
        guard case .fail = machine.hear(.committed) else { return #expect(Bool(false)) }
        machine = self.opening()
        _ = machine.opened()
        guard case .fail = machine.hear(.welcome(held: [])) else { return #expect(Bool(false)) }
    }
}
