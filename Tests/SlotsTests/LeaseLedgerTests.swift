import ServingCore
import Slots
import Synchronization
import TestSupport
import Testing

@Suite struct LeaseLedgerTests {
    private final class Counter: Sendable {
        private let value = Atomic(0)
        func add() { self.value.add(1, ordering: .sequentiallyConsistent) }
        var count: Int { self.value.load(ordering: .sequentiallyConsistent) }
    }

    let ledger = LeaseLedger()

    @Test("Nothing held is drained at once")
    func nothing() {
        let drained = Counter()
        self.ledger.whenDrained("m", slot: nil, before: 9) { drained.add() }
        #expect(drained.count == 1)
    }

    @Test("The drain is reported once, when the last claim of an older generation is gone")
    func lastClaim() throws {
        let model = try LoadedModel.fake()
        let drained = Counter()
        var first: Lease? = self.ledger.open(.blue, generation: 1, model: model)
        var second: Lease? = self.ledger.open(.blue, generation: 2, model: model)
        let current = self.ledger.open(.blue, generation: 3, model: model)
        self.ledger.whenDrained("m", slot: .blue, before: 3) { drained.add() }
        #expect(self.ledger.draining("m", before: 3) == [1, 2])
        #expect(self.ledger.deadHandles(before: 3) == 2)
        first = nil
        #expect(drained.count == 0)
        #expect(self.ledger.draining("m", before: 3) == [2])
        second = nil
        #expect(drained.count == 1)
        #expect(self.ledger.deadHandles(before: 3) == 0)
        withExtendedLifetime((first, second, current)) {}
    }

    @Test("Several holders of one claim count as one; the last to let go ends it")
    func shared() throws {
        let drained = Counter()
        var holders = Array(repeating: try self.ledger.open(.green, generation: 1, model: .fake()), count: 3)
        self.ledger.whenDrained("m", slot: .green, before: 2) { drained.add() }
        while holders.count > 1 { holders.removeLast() }
        #expect(drained.count == 0)
        holders.removeLast()
        #expect(drained.count == 1)
    }

    @Test("Waiting for one slot does not wait for the other; waiting for the model waits for both")
    func bySlot() throws {
        let model = try LoadedModel.fake()
        var blue: Lease? = self.ledger.open(.blue, generation: 1, model: model)
        let green = self.ledger.open(.green, generation: 1, model: model)
        let (blueDrained, bothDrained) = (Counter(), Counter())
        self.ledger.whenDrained("m", slot: .blue, before: 2) { blueDrained.add() }
        self.ledger.whenDrained("m", slot: nil, before: 2) { bothDrained.add() }
        blue = nil
        #expect(blueDrained.count == 1)
        #expect(bothDrained.count == 0)
        withExtendedLifetime((blue, green)) {}
    }

    @Test("Another model's claims do not count")
    func byModel() throws {
        let other = self.ledger.open(.blue, generation: 1, model: try .fake("other"))
        let drained = Counter()
        self.ledger.whenDrained("m", slot: nil, before: 2) { drained.add() }
        #expect(drained.count == 1)
        #expect(self.ledger.draining("m", before: 2) == [])
        withExtendedLifetime(other) {}
    }

    @Test("A waiter may ask again from within its call")
    func reentrant() throws {
        let ledger = self.ledger
        let drained = Counter()
        var lease: Lease? = ledger.open(.blue, generation: 1, model: try .fake())
        ledger.whenDrained("m", slot: nil, before: 2) {
            ledger.whenDrained("m", slot: nil, before: 2) { drained.add() }
        }
        lease = nil
        #expect(drained.count == 1)
        withExtendedLifetime(lease) {}
    }

    @Test("Claims dropped by many threads at once are each closed, and every waiter hears once")
    func concurrent() async throws {
        let model = try LoadedModel.fake()
        let ledger = self.ledger
        let drained = Counter()
        await withTaskGroup(of: Void.self) { group in
            for generation in 1...500 as ClosedRange<UInt64> {
                let lease = ledger.open(generation % 2 == 0 ? .blue : .green, generation: generation, model: model)
                ledger.whenDrained("m", slot: nil, before: generation + 1) { drained.add() }
                group.addTask { withExtendedLifetime(lease) {} }
            }
        }
        #expect(drained.count == 500)
        #expect(ledger.deadHandles(before: .max) == 0)
    }
}
