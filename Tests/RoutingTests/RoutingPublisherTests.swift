import NIOCore
import NIOPosix
import Routing
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing

@Suite struct RoutingPublisherTests {
    let group = TestThreads.twoLoops
    let ledger = LeaseLedger()

    private func plan(_ generation: UInt64, _ models: [Slot: LoadedModel], live: Slot? = .blue) -> RoutingPlan {
        RoutingPlan(
            generation: generation,
            isReady: true,
            models: [
                "m": .init(
                    live: live,
                    leases: models.reduce(into: [:]) { leases, item in
                        leases[item.key] = self.ledger.open(item.key, generation: generation, model: item.value)
                    },
                    allowsSlotHeader: false
                )
            ]
        )
    }

    @Test("Before anything is published, loops route nothing and are not ready")
    func initially() async throws {
        let publisher = try await RoutingPublisher(group: self.group)
        for loop in self.group.makeIterator() {
            let isEmpty = try await loop.submit {
                let table = publisher.routing(on: loop)?.table
                return table?.generation == 0 && table?.isReady == false && table?.models.isEmpty == true
            }.get()
            #expect(isEmpty)
        }
    }

    @Test("When publish returns, every loop routes by the new plan")
    func reachesAll() async throws {
        let publisher = try await RoutingPublisher(group: self.group)
        let model = try LoadedModel.fake()
        for generation in 1...50 as ClosedRange<UInt64> {
            try await publisher.publish(self.plan(generation, [.blue: model]))
            for loop in self.group.makeIterator() {
                let seen = try await loop.submit { publisher.routing(on: loop)?.table.generation }.get()
                #expect(seen == generation)
            }
        }
    }

    @Test("Each loop has handles of its own, and a table names one generation throughout")
    func ownHandles() async throws {
        let publisher = try await RoutingPublisher(group: self.group)
        try await publisher.publish(self.plan(7, [.blue: .fake(version: 1), .green: .fake(version: 2)]))
        var identities: Set<ObjectIdentifier> = []
        for loop in self.group.makeIterator() {
            let found = try await loop.submit { () -> [ObjectIdentifier] in
                guard let table = publisher.routing(on: loop)?.table, let route = table.models["m"],
                    let blue = route.blue, let green = route.green
                else { return [] }
                #expect(table.generation == 7 && blue.generation == 7 && green.generation == 7)
                #expect(route.live === blue)
                return [ObjectIdentifier(blue), ObjectIdentifier(green)]
            }.get()
            identities.formUnion(found)
        }
        #expect(identities.count == 4)
    }

    @Test("A generation is drained once no loop routes by it and no request holds a handle of it")
    func drains() async throws {
        let publisher = try await RoutingPublisher(group: self.group)
        let model = try LoadedModel.fake()
        try await publisher.publish(self.plan(1, [.blue: model]))
        let loop = self.group.next()
        let request = NIOLoopBoundBox<SlotHandle?>.makeEmptyBox(eventLoop: loop)
        try await loop.submit { request.value = publisher.routing(on: loop)?.table.models["m"]?.live }.get()
        try await publisher.publish(self.plan(2, [.blue: model]))
        #expect(self.ledger.draining("m", before: 2) == [1])
        try await loop.submit { request.value = nil }.get()
        #expect(self.ledger.draining("m", before: 2) == [])
    }

    @Test("Requests in flight are counted under the generation they started on")
    func inFlight() async throws {
        let publisher = try await RoutingPublisher(group: self.group)
        let model = try LoadedModel.fake()
        let loop = self.group.next()
        let old = NIOLoopBoundBox<SlotHandle?>.makeEmptyBox(eventLoop: loop)
        try await publisher.publish(self.plan(1, [.blue: model]))
        try await loop.submit {
            old.value = publisher.routing(on: loop)?.table.models["m"]?.live
            old.value?.running.count = 3
        }.get()
        try await publisher.publish(self.plan(2, [.blue: model]))
        try await loop.submit { publisher.routing(on: loop)?.table.models["m"]?.live?.running.count = 2 }.get()
        #expect(try await publisher.snapshot().inFlight == [1: 3, 2: 2])
        try await loop.submit { old.value = nil }.get()
        #expect(try await publisher.snapshot().inFlight == [2: 2])
    }

    @Test("What a version counted goes on when a later generation holds it again")
    func countersContinue() async throws {
        let publisher = try await RoutingPublisher(group: self.group)
        let model = try LoadedModel.fake()
        for generation in 1...3 as ClosedRange<UInt64> {
            try await publisher.publish(self.plan(generation, [.blue: model]))
            for loop in self.group.makeIterator() {
                try await loop.submit {
                    publisher.routing(on: loop)?.table.models["m"]?.live?.counters.record(.answered, nanoseconds: 1)
                }.get()
            }
        }
        let key = SeriesKey(model: "m", slot: "blue", version: 1)
        #expect(try await publisher.snapshot().series[key]?.count(.answered) == 6)
    }
}
