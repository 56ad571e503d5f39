import Shadow
import Testing

@Suite struct LoopPressureTests {
    @Test func everythingIsLetThroughAtFirst() {
        #expect(LoopPressure().admitted == 1)
    }

    @Test func aBusyLoopHalvesTheShareEachTime() {
        let pressure = LoopPressure()
        pressure.adjust(demand: 0.95, late: 0)
        pressure.adjust(demand: 0.95, late: 0)
        #expect(pressure.admitted == 0.25)
    }

    @Test func aLoopThatStaysBusyLetsNothingThrough() {
        let pressure = LoopPressure()
        for _ in 0..<20 { pressure.adjust(demand: 1, late: 0) }
        #expect(pressure.admitted == 0)
    }

    @Test func aLateLoopCountsAsBusy() {
        let pressure = LoopPressure()
        pressure.adjust(demand: 0.1, late: LoopPressure.lag + 1)
        #expect(pressure.admitted == 0.5)
    }

    @Test func theShareGrowsBackOnceThereIsRoom() {
        let pressure = LoopPressure()
        for _ in 0..<20 { pressure.adjust(demand: 1, late: 0) }
        for _ in 0..<20 { pressure.adjust(demand: 0.5, late: 0) }
        #expect(pressure.admitted > 0.99)
    }

    @Test func betweenTheTwoMarksTheShareStays() {
        let pressure = LoopPressure()
        pressure.adjust(demand: 1, late: 0)
        pressure.adjust(demand: 0.8, late: 0)
        #expect(pressure.admitted == 0.5)
    }

    @Test func aThreadThatRestsIsNotPressed() {
        let pressure = LoopPressure()
        // An hour between the looks: whatever this thread did meanwhile is nothing against it.
        pressure.sample(now: 1, late: 0)
        pressure.sample(now: 3_600_000_000_001, late: 0)
        #expect(pressure.admitted == 1)
    }

    @Test func aThreadThatWantsMoreThanThereIsIsPressed() {
        let pressure = LoopPressure()
        pressure.sample(now: 1, late: 0)
        var sum = 0.0
        for number in 0..<3_000_000 { sum += Double(number).squareRoot() }
        #expect(sum > 0)
        // As if a microsecond had passed.
        pressure.sample(now: 1_001, late: 0)
        #expect(pressure.admitted == 0.5)
    }
}
