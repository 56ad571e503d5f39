import TealApp
import Testing

@Suite struct DemoPlanTests {
    @Test("each model is promoted, rolled back, promoted, then flipped in a burst, and ends promoted")
    func order() {
        let flips = DemoPlan().flips(of: ["digits", "sentiment"])
        #expect(flips.count == 22)
        for model in ["digits", "sentiment"] {
            let actions = flips.filter { $0.model == model }.map(\.action)
            #expect(actions.prefix(3) == [.promote, .rollback, .promote])
            for (previous, next) in zip(actions, actions.dropFirst()) { #expect(previous != next) }
            #expect(actions.last == .promote)
        }
    }

    @Test("flips are in order of time, and the last fifth of the time is undisturbed")
    func times() {
        var plan = DemoPlan()
        plan.cutoverSeconds = 100
        let times = plan.flips(of: ["a", "b", "c"]).map(\.at)
        #expect(times == times.sorted())
        #expect(times.allSatisfy { $0 >= 0 && $0 <= 80 })
    }

    @Test("a burst is the model's own: no other model changes within it")
    func bursts() {
        let flips = DemoPlan().flips(of: ["a", "b"]).suffix(16).map(\.model)
        #expect(Array(flips) == Array(repeating: "a", count: 8) + Array(repeating: "b", count: 8))
    }

    @Test("without models there is nothing to flip")
    func none() {
        #expect(DemoPlan().flips(of: []).isEmpty)
    }
}
