import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Masked fields of JSON texts")
struct FieldMaskTests {
    private func answer(_ index: Int, score: Int = 7) -> Tensor {
        .text("{\"time\":{\"at\":\(index),\"zone\":\"UTC\"},\"score\":\(score),\"tries\":\(index % 3 == 0 ? 1 : 2)}")
    }

    @Test("a field that differs in more than half of 20 live-live comparisons is masked from then on")
    func masks() throws {
        let output = OneOutput(.bytes, [1])
        output.learn([self.answer(1)])
        for index in 1...19 {
            let noise = output.add(self.answer(0), self.answer(0), noise: self.answer(index)).first?.noise?.first
            #expect(noise?.fields.contains { $0.path == "$.time.at" } == true)
        }
        #expect(output.plan?.masked == [])
        #expect(output.compare(self.answer(0), self.answer(1))?.diverged == true)
        _ = output.add(self.answer(0), self.answer(0), noise: self.answer(20))
        // `tries` differs in 14 of 20, `time.at` in all, `time.zone` and `score` never.
        #expect(output.plan?.masked == ["$.time.at", "$.tries"])
        #expect(output.compare(self.answer(0), self.answer(1))?.diverged == false)
        let change = try #require(output.compare(self.answer(0), self.answer(1, score: 8)))
        #expect(change.fields.map(\.path) == ["$.score"])
        #expect(change.divergence == 0.5)
        let noise = output.add(self.answer(0), self.answer(0), noise: self.answer(2)).first?.noise?.first
        #expect(noise?.divergence == 0)
    }

    @Test("a field that differs in half of them is not")
    func half() {
        let output = OneOutput(.bytes, [1])
        output.learn([self.answer(1)])
        for index in 0..<40 {
            let again = Tensor.text("{\"a\":\(index % 2)}")
            _ = output.add(.text("{\"a\":0}"), .text("{\"a\":0}"), noise: again)
        }
        #expect(output.plan?.masked == [])
    }

    @Test("differences from the candidate never mask")
    func candidate() {
        let output = OneOutput(.bytes, [1])
        output.learn([self.answer(1)])
        for index in 1...60 { _ = output.add(self.answer(0), self.answer(index)) }
        #expect(output.plan?.masked == [])
    }

    @Test("the manifest's ignored fields are masked from the start, with all they hold, however they are written")
    func ignored() throws {
        let setting = ComparisonSettings.Output(ignoredFields: ["$.time", "list[0]['id']", "['odd key'].x"])
        let output = OneOutput(.bytes, [1], setting: setting)
        output.learn([self.answer(1)])
        #expect(output.plan?.masked == ["$.time", "$.list[*].id", "$['odd key'].x"])
        #expect(output.compare(self.answer(0), self.answer(3))?.divergence == 0)
        let left = #"{"list":[{"id":1,"v":1},{"id":2,"v":1}],"odd key":{"x":1,"y":1}}"#
        let right = #"{"list":[{"id":3,"v":1},{"id":4,"v":1}],"odd key":{"x":2,"y":2},"time":4}"#
        let result = try #require(output.compare(.text(left), .text(right)))
        #expect(result.fields.map(\.path) == ["$['odd key'].y"])
    }

    @Test("a text whose keys are always new does not grow what is remembered")
    func bounded() throws {
        let output = OneOutput(.bytes, [1])
        output.learn([self.answer(1)])
        for index in 0..<30 {
            let again = "{" + (0..<40).map { "\"k\(index)_\($0)\":1" }.joined(separator: ",") + "}"
            _ = output.add(.text("{}"), .text("{}"), noise: .text(again))
        }
        #expect(output.plan?.masked == [])
        #expect(try Restart.encoded(output.comparator).count < 64_000)
    }
}
