import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Evidence: what pairs show")
struct EvidenceTests {
    private func output(_ live: String, _ candidate: String, divergence: Double? = nil) -> OutputComparison {
        var output = OutputComparison(
            name: "label",
            divergence: divergence ?? (live == candidate ? 0 : 1),
            diverged: live != candidate
        )
        output.flip = live != candidate
        output.liveClass = live
        output.candidateClass = candidate
        return output
    }

    @Test("the same version on both sides shows no divergence at all")
    func sameVersion() {
        var evidence = Evidence()
        for id in 1...500 {
            let same = self.output("\(id % 10)", "\(id % 10)")
            let pair = Pair.sample(
                id: Int64(id),
                live: Int64(id % 10),
                candidate: Int64(id % 10),
                noise: Int64(id % 10)
            )
            evidence.add(pair, PairComparison(outputs: [same], noise: [same]), repeats: pair.liveRepeats())
        }
        let output = evidence.outputs[0]
        #expect(output.compared == 500 && output.diverged == 0 && output.flips == 0)
        #expect(output.divergence.max == 0 && output.divergence.histogram[0] == 500)
        #expect(output.excess.mean == 0 && output.excess.standardError == 0)
        #expect(output.confusion.ranked.allSatisfy { $0.live == $0.candidate })
        #expect(evidence.worst.entries.isEmpty && evidence.differing == 0)
    }

    @Test("a class the candidate lost leads the confusion, with its number")
    func lostClass() throws {
        var evidence = Evidence()
        for id in 1...1_000 {
            let live = "\(id % 10)"
            let candidate = live == "7" ? "1" : live
            evidence.add(
                .sample(id: Int64(id)),
                PairComparison(outputs: [self.output(live, candidate)]),
                repeats: nil
            )
        }
        let output = evidence.outputs[0]
        #expect(output.flips == 100)
        let first = try #require(output.confusion.ranked.first)
        #expect(first.live == "7" && first.candidate == "1" && first.count == 100)
        #expect(output.confusion.ranked.dropFirst().allSatisfy { $0.live == $0.candidate })
    }

    @Test("classes beyond 64 are counted as others, and two different others do not look like agreement")
    func manyClasses() {
        var evidence = Evidence()
        for id in 0..<100 {
            let same = self.output("c\(id)", "c\(id)")
            evidence.add(.sample(id: Int64(id)), PairComparison(outputs: [same]), repeats: nil)
        }
        evidence.add(.sample(id: 100), PairComparison(outputs: [self.output("c90", "c91")]), repeats: nil)
        let ranked = evidence.outputs[0].confusion.ranked
        #expect(ranked.count == 64 + 2)
        #expect(ranked[0].live == "(other)" && ranked[0].candidate == "(other)" && ranked[0].count == 1)
        #expect(ranked[1].live == "(other)" && ranked[1].count == 36)
    }

    @Test("excess is divergence minus noise over triples alone, with its standard error")
    func excess() throws {
        var evidence = Evidence()
        for (id, values) in [(0.5, 0.1), (0.3, 0.1), (0.4, 0.4)].enumerated() {
            let pair = Pair.sample(id: Int64(id), noise: 0)
            let comparison = PairComparison(
                outputs: [self.output("a", "b", divergence: values.0)],
                noise: [self.output("a", "a", divergence: values.1)]
            )
            evidence.add(pair, comparison, repeats: pair.liveRepeats())
        }
        evidence.add(.sample(id: 9), PairComparison(outputs: [self.output("a", "b")]), repeats: nil)
        let excess = evidence.outputs[0].excess
        #expect(excess.count == 3)
        #expect(abs(excess.mean - 0.2) < 1e-15)
        // Deviation of 0.4, 0.2, 0 is 0.2.
        #expect(abs(try #require(excess.standardError) - 0.2 / 3.0.squareRoot()) < 1e-15)
    }

    @Test("determinism is decided at the two hundredth triple, and by every bit")
    func determinism() {
        var evidence = Evidence()
        for id in 1...199 {
            let pair = Pair.sample(id: Int64(id), noise: 0)
            evidence.add(pair, PairComparison(outputs: []), repeats: pair.liveRepeats())
        }
        #expect(evidence.isDeterministic == nil)
        evidence.add(.sample(id: 200), PairComparison(outputs: []), repeats: nil)
        #expect(evidence.isDeterministic == nil)
        let last = Pair.sample(id: 201, noise: 0)
        evidence.add(last, PairComparison(outputs: []), repeats: last.liveRepeats())
        #expect(evidence.isDeterministic == true && evidence.triples == 200)
        let other = Pair.sample(id: 202, noise: 1)
        evidence.add(other, PairComparison(outputs: []), repeats: other.liveRepeats())
        #expect(evidence.isDeterministic == false && evidence.differing == 1)
    }

    @Test("a repeated answer differs by its bits, its shape and its outputs")
    func repeats() {
        var pair = Pair.sample(id: 1, noise: 0)
        #expect(pair.liveRepeats() == true)
        pair.noise?.outputs[0].tensor = .of(.int64, [Int64(0)], shape: [1, 1])
        #expect(pair.liveRepeats() == false)
        #expect(pair.liveRepeats(ignoring: [pair.live.outputs[0].name]) == true)
        pair.noise?.outputs = []
        #expect(pair.liveRepeats() == false)
        pair.noise = .failure(.error, "out of memory")
        #expect(pair.liveRepeats() == nil)
        pair.noise = .sample(0)
        pair.live.outputs[0].tensor = .of(.fp64, [0.0], shape: [1])
        pair.noise?.outputs[0].tensor = .of(.fp64, [-0.0], shape: [1])
        #expect(pair.liveRepeats() == false)
    }

    @Test("a candidate that does not answer is counted by outcome, with its newest reasons, and leads the worst pairs")
    func failures() throws {
        var evidence = Evidence()
        for id in 0..<30 {
            var pair = Pair.sample(id: Int64(id))
            pair.candidate = .failure(id % 2 == 0 ? .error : .timeout, "reason \(id / 2)")
            evidence.add(pair, PairComparison(outputs: []), repeats: nil)
        }
        #expect(evidence.pairs == 30 && evidence.compared == 0)
        #expect(evidence.candidate[.error] == 15 && evidence.candidate[.timeout] == 15)
        #expect(evidence.live[.answered] == 30)
        #expect(
            evidence.candidateReasons.counts == Dictionary(uniqueKeysWithValues: (7..<15).map { ("reason \($0)", 2) })
        )
        #expect(evidence.worst.entries.map(\.id) == Array(0..<20))
        #expect(evidence.worst.entries[0].sentence == "live: answered; candidate: error (reason 0)")
        // An error is no time.
        #expect(evidence.latency.candidate.count == 15 && evidence.latency.candidateByLive.count == 0)
    }

    @Test("the worst pairs are the most divergent, of equal ones the oldest, whatever the order they came in")
    func worstPairs() {
        var evidence = Evidence()
        var random = SeededRandom(seed: 4)
        for id in (0..<200).shuffled(using: &random) {
            let divergence = Double(id % 50) / 50
            let output = self.output("a", "b", divergence: divergence)
            evidence.add(.sample(id: Int64(id)), PairComparison(outputs: [output]), repeats: nil)
        }
        let expected = [49, 48, 47, 46, 45].flatMap { [$0, $0 + 50, $0 + 100, $0 + 150] }
        #expect(evidence.worst.entries.map { Int($0.id) } == expected)
        #expect(evidence.worst.entries[0].sentence == "output `label`: `a` became `b`, divergence 0.98")
    }

    @Test("the 65th value of a key is counted as (other), a seventeenth key not at all")
    func segments() throws {
        var evidence = Evidence()
        for id in 0..<200 {
            let segments = (0..<20).map { Segment(key: "k\($0)", value: $0 == 0 ? "v\(id)" : "same") }
            let pair = Pair.sample(id: Int64(id), segments: segments)
            let output = self.output("a", id < 100 ? "a" : "b")
            evidence.add(pair, PairComparison(outputs: [output]), repeats: nil)
        }
        #expect(evidence.segments.entries.count == 65 + 15)
        let other = try #require(evidence.segments.entries.first { $0.segment == Segment(key: "k0", value: "(other)") })
        #expect(other.pairs == 200 - 64)
        #expect(other.diverged == 100 && other.flips == 100)
        #expect(abs(other.divergence.mean - 100.0 / 136) < 1e-12)
    }

    @Test("JSON places are counted once a pair, noise beside them, and stay within 256")
    func fields() {
        var evidence = Evidence()
        for id in 0..<300 {
            var output = OutputComparison(name: "text", divergence: 0.5, diverged: true)
            let place = FieldDifference(path: "$.items[*].at", kind: .value, live: "1", candidate: "2")
            output.fields = [place, place, FieldDifference(path: "$.f\(id)", kind: .extra)]
            var noise = OutputComparison(name: "text", divergence: 0.5, diverged: true)
            noise.fields = [place]
            evidence.add(
                .sample(id: Int64(id), noise: 0),
                PairComparison(outputs: [output], noise: [noise]),
                repeats: nil
            )
        }
        let fields = evidence.outputs[0].fields.ranked
        #expect(fields.count == 257)
        #expect(fields[0].path == "$.items[*].at" && fields[0].count == 300 && fields[0].noise == 300)
        #expect(fields[0].example?.candidate == "2")
        #expect(fields[1].path == "(other)" && fields[1].kind == .extra && fields[1].count == 45)
    }

    @Test("regression: mean of the errors and how many lie on each side")
    func bias() {
        var evidence = Evidence()
        for (id, error) in [1.0, 2, -0.5, 0, .nan].enumerated() {
            var output = OutputComparison(name: "price", divergence: 0.1, diverged: false)
            output.signedError = error
            evidence.add(.sample(id: Int64(id)), PairComparison(outputs: [output]), repeats: nil)
        }
        let output = evidence.outputs[0]
        #expect(output.signedError.mean == 0.625 && output.larger == 2 && output.smaller == 1)
    }

    @Test("times: quantiles within 0.1 %, exact mean and maximum, geometric ratios of pairs")
    func latency() {
        var evidence = Evidence()
        for id in 1...10_000 {
            var pair = Pair.sample(id: Int64(id), noise: 0)
            pair.live.nanoseconds = UInt64(id) * 1_000
            pair.candidate.nanoseconds = UInt64(id) * 2_000
            pair.noise?.nanoseconds = UInt64(id) * 1_000
            evidence.add(pair, PairComparison(outputs: []), repeats: nil)
        }
        let latency = evidence.latency
        #expect(latency.live.count == 10_000 && latency.live.max == 10_000_000 && latency.live.mean == 5_000_500)
        for (q, exact) in [(0.5, 5_000_000.0), (0.99, 9_900_000), (0.999, 9_990_000)] {
            #expect(abs(Double(latency.live.quantiles([q])[0]) / exact - 1) < 0.001)
        }
        #expect(abs(latency.candidateByLive.mean - 0.693147180559945) < 1e-12)
        #expect(latency.candidateByLive.deviation < 1e-7)
        #expect(latency.candidateByNoise.count == 10_000)
    }

    @Test("divergences fall into the documented bins, edges into the lower one")
    func bins() {
        var distribution = DivergenceDistribution()
        for value in [0, 1e-7, 1e-6, 1.1e-6, 0.01, 0.5, 0.51, 1] { distribution.add(value) }
        #expect(distribution.histogram == [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 1, 2])
    }

    @Test("texts of any length are cut, not kept")
    func longTexts() {
        var evidence = Evidence()
        let long = String(repeating: "é", count: 100_000)
        for id in 0..<40 {
            var pair = Pair.sample(id: Int64(id), segments: [Segment(key: long, value: "\(id)" + long)])
            pair.candidate.reason = long
            var output = self.output(long + "\(id)", "\(id)" + long)
            output.structure = "\(id)" + long
            output.fields = [FieldDifference(path: "\(id)" + long, kind: .value, live: long, candidate: long)]
            evidence.add(pair, PairComparison(outputs: [output]), repeats: nil)
        }
        #expect(evidence.encoded().count < 100_000)
    }
}
