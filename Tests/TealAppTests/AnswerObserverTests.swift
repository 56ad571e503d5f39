import LoadGenerator
import NIOCore
import TealApp
import Testing

@Suite struct AnswerObserverTests {
    private func observer() throws -> AnswerObserver {
        AnswerObserver(data: try HeldOutData(#"{"parameters":{"label":7},"inputs":[]}"#))
    }

    private func answer(_ label: Int, slot: String, generation: UInt64, stamp: UInt64) -> LoadAnswer {
        LoadAnswer(
            request: 0,
            number: 0,
            status: 200,
            slot: slot,
            version: "1",
            generation: generation,
            latencyNanoseconds: 1,
            stamp: stamp,
            body: ByteBuffer(string: #"{"outputs":[{"data":[\#(label)]}]}"#)
        )
    }

    @Test("right answers are counted by slot")
    func accuracy() throws {
        let observer = try self.observer()
        observer.observe(self.answer(7, slot: "blue", generation: 1, stamp: 0))
        observer.observe(self.answer(3, slot: "blue", generation: 1, stamp: 0))
        observer.observe(self.answer(7, slot: "green", generation: 2, stamp: 0))
        let slots = observer.findings.slots
        #expect(slots["blue"]?.judged == 2)
        #expect(slots["blue"]?.right == 1)
        #expect(slots["green"]?.right == 1)
    }

    @Test("an answer of an older generation than was acknowledged when its request was sent is stale")
    func stale() throws {
        let observer = try self.observer()
        observer.acknowledged(5)
        #expect(observer.stamp == 5)
        observer.observe(self.answer(7, slot: "blue", generation: 5, stamp: observer.stamp))
        observer.observe(self.answer(7, slot: "green", generation: 6, stamp: observer.stamp))
        #expect(observer.findings.stale == 0)
        observer.observe(self.answer(7, slot: "red", generation: 4, stamp: observer.stamp))
        #expect(observer.findings.stale == 1)
    }

    @Test("an answer to a request sent before the acknowledgement may come from the old generation")
    func sentBefore() throws {
        let observer = try self.observer()
        let before = observer.stamp
        observer.acknowledged(5)
        observer.observe(self.answer(7, slot: "blue", generation: 4, stamp: before))
        #expect(observer.findings.stale == 0)
    }

    @Test("acknowledgements that arrive out of order do not lower the bound")
    func outOfOrder() throws {
        let observer = try self.observer()
        observer.acknowledged(5)
        observer.acknowledged(3)
        #expect(observer.stamp == 5)
    }

    @Test("one generation answers from one slot")
    func contradiction() throws {
        let observer = try self.observer()
        for slot in ["blue", "blue", "green"] {
            observer.observe(self.answer(7, slot: slot, generation: 1, stamp: 0))
        }
        #expect(observer.findings.contradictory == 1)
    }
}
