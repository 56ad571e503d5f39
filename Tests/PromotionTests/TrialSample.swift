import Comparison
import ServingCore
import TestSupport
import Trials

extension TrialDocument {
    /// `TrialDocument.sample` with distributions as they look.
    static func detailed() -> TrialDocument {
        var trial = TrialDocument.sample()
        trial.coverage.isUnderPressure = false
        trial.latency.live = .init(count: 12_340, mean: 8, p50: 7.8, p90: 10.3, p99: 13.1, p999: 15.5, max: 31)
        trial.latency.candidate = .init(
            count: 12_200,
            mean: 9.1,
            p50: 8.3,
            p90: 14.2,
            p99: 22.3,
            p999: 30.1,
            max: 2_100
        )
        trial.latency.noise = .init(count: 1_234, mean: 8.4, p50: 8.1, p90: 11.2, p99: 14.6, p999: 17.2, max: 17.2)
        trial.outputs[0].divergence.histogram = [1_166, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 34]
        trial.outputs[0].noise = .init(
            count: 118,
            mean: 0,
            deviation: 0,
            max: 0,
            histogram: [118] + .init(repeating: 0, count: 11)
        )
        trial.outputs[0].confusion = Self.confusion
        trial.outputs[1].divergence.histogram = [310, 402, 121, 88, 71, 80, 42, 30, 22, 14, 12, 8]
        trial.outputs[1].noise = .init(
            count: 118,
            mean: 2.5e-7,
            deviation: 1e-7,
            max: 3e-6,
            histogram: [70, 40, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        )
        trial.outputs[2].divergence.histogram = [600, 0, 0, 0, 0, 0, 0, 0, 0, 300, 280, 20]
        for (value, pairs, divergence) in [("globex", 410, 0.004), ("initech", 502, 0.0031)]
            as [(String, UInt64, Double)]
        {
            var segment = SegmentFigures(segment: .init(key: "tenant", value: value))
            (segment.pairs, segment.compared, segment.diverged) = (pairs, pairs, 2)
            (segment.meanDivergence, segment.meanNoise) = (divergence, 0.0001)
            trial.segments.append(segment)
        }
        return trial
    }

    private static var confusion: [Confusion] {
        [Confusion(live: "3", candidate: "8", count: 26), Confusion(live: "9", candidate: "4", count: 8)]
            + (0..<10).map { Confusion(live: "\($0)", candidate: "\($0)", count: UInt64(110 + 3 * $0)) }
    }

    /// A release that has just begun.
    static func untouched() -> TrialDocument {
        let none = Latency.Quantiles(count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0)
        return TrialDocument(
            release: .sample(),
            isRunning: true,
            coverage: .init(counts: ShadowCounts(), compared: 0, triples: 0, isUnderPressure: false),
            determinism: .init(
                triples: 0,
                differing: 0,
                isDeterministic: nil,
                sentence: "undecided: live was not asked again yet"
            ),
            latency: Latency(live: none, candidate: none, noise: none)
        )
    }
}

extension PairDocument {
    /// Ten classes, of which two changed places.
    static func probabilities() -> PairDocument {
        var summary = CapturedPair.Summary.sample()
        summary.id = 1_700_000_000_000_009
        summary.divergence = 0.82
        var pair = PairDocument(summary: summary, mode: .full)
        pair.inputs = [.of("image", "FP32", [1, 64], (0..<64).map { .number(Double($0 * 7 % 17) / 16) })]
        var output = OutputDocument(name: "probabilities")
        let live = [0.001, 0.002, 0.004, 0.913, 0.001, 0.03, 0.002, 0.004, 0.04, 0.003]
        let candidate = [0.001, 0.003, 0.004, 0.093, 0.001, 0.03, 0.002, 0.004, 0.859, 0.003]
        output.live = .of("probabilities", "FP32", [1, 10], live.map { .number($0) })
        output.candidate = .of("probabilities", "FP32", [1, 10], candidate.map { .number($0) })
        output.divergence = 0.82
        output.noiseDivergence = 0
        output.diverged = true
        output.sentence = "`3` became `8`, divergence 0.82"
        output.differing = [1, 3, 8]
        var same = OutputDocument(name: "note")
        same.live = .of("note", "BYTES", [1], [.text("ok")])
        same.candidate = same.live
        same.divergence = 0
        pair.outputs = [output, same]
        return pair
    }

    /// A sentence in which words changed.
    static func text() -> PairDocument {
        var summary = CapturedPair.Summary.sample()
        summary.id = 1_700_000_000_000_021
        summary.divergence = 0.61
        var pair = PairDocument(summary: summary, mode: .redacted)
        pair.inputs = [.of("question", "BYTES", [1], [.text("When does the ferry to Hiiumaa leave on Sundays?")])]
        var output = OutputDocument(name: "answer")
        output.live = .of(
            "answer",
            "BYTES",
            [1],
            [.text("On Sundays the ferry leaves at 9:30, 13:00 and 18:45 from Rohuküla.")]
        )
        output.candidate = .of(
            "answer",
            "BYTES",
            [1],
            [.text("On Sundays the ferry leaves at 9:30 and 19:45 from Virtsu harbour.")]
        )
        output.divergence = 0.61
        output.diverged = true
        output.sentence = "divergence 0.61"
        output.differing = [0]
        pair.outputs = [output]
        return pair
    }

    /// The candidate gave no answer.
    static func failed() -> PairDocument {
        var pair = PairDocument(summary: .failed(), mode: .redacted)
        pair.inputs = [.of("x", "FP32", [1, 2], [.number(0.5), .number(1.5)])]
        var output = OutputDocument(name: "label")
        output.live = .of("label", "INT64", [1], [.integer(3)])
        output.differing = [0]
        pair.outputs = [output]
        return pair
    }
}

extension PairDocument.TensorDocument {
    static func of(_ name: String, _ datatype: String, _ shape: [Int], _ elements: [PairDocument.Element]) -> Self {
        Self(name: name, datatype: datatype, shape: shape, elements: elements, count: elements.count)
    }
}
