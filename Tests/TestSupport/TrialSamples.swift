import Comparison
package import ServingCore
package import Trials

extension Release {
    /// Of model `digits`: green with version 2 beside blue with version 1.
    package static func sample() -> Release {
        Release(
            id: 1_700_000_000_000_000,
            model: "digits",
            kind: .candidate,
            live: Side(slot: .blue, version: 1, digest: String(repeating: "ab", count: 32)),
            candidate: Side(slot: .green, version: 2, digest: String(repeating: "cd", count: 32))
        )
    }
}

extension TrialDocument {
    /// One with something in each of its fields.
    package static func sample() -> TrialDocument {
        var counts = ShadowCounts()
        counts.sampled = 1_250
        counts.paired = 1_230
        counts.dropped = ["overload": 10, "queue_full": 2]
        counts.pending = 8
        counts.optedOut = 3
        var latency = Latency(
            live: .init(count: 1_230, mean: 8, p50: 7.25, p90: 9, p99: 31.5, p999: 80, max: 120),
            candidate: .init(count: 1_200, mean: 12, p50: 11, p90: 14, p99: 1_450, p999: 2_000, max: 2_500_000),
            noise: .init(count: 118, mean: 8.5, p50: 8, p90: 9, p99: 20, p999: 30, max: 30)
        )
        latency.candidateByLive = .init(count: 1_200, mean: 1.52, logDeviation: 0.2)
        latency.candidateByNoise = .init(count: 118, mean: 1.42, logDeviation: 0.1)
        var trial = TrialDocument(
            release: .sample(),
            isRunning: true,
            coverage: .init(counts: counts, compared: 1_200, triples: 118, isUnderPressure: true),
            determinism: .init(
                triples: 118,
                differing: 0,
                isDeterministic: nil,
                sentence: "live gave the same bytes each of 118 times it was asked again"
            ),
            latency: latency
        )
        trial.lastPair = 1_700_000_420_000_000
        trial.captureProblem = "the disk that holds captures.db is full; free some space and try again"
        trial.outcomes.live = ["answered": 1_230]
        trial.outcomes.candidate = ["answered": 1_200, "error": 20, "timeout": 10]
        trial.outcomes.noise = ["answered": 118]
        trial.outcomes.candidateReasons = [
            "the model failed: Gather: index out of range": 20, "no answer within 5 s": 10,
        ]
        trial.outputs = [.label, .probabilities, .note]
        var segment = SegmentFigures(segment: .init(key: "tenant", value: "acme"))
        segment.pairs = 300
        segment.compared = 298
        segment.diverged = 30
        segment.meanDivergence = 0.1
        segment.meanNoise = 0
        segment.flips = 30
        segment.candidateFailures = 2
        trial.segments = [segment]
        trial.worst = [WorstPair(id: CapturedPair.Summary.sample().id, divergence: 1, sentence: "label: 3 became 8")]
        return trial
    }
}

extension TrialDocument.Output {
    fileprivate static var label: Self {
        let plan = OutputPlan(
            name: "label",
            datatype: "INT64",
            comparator: .labels,
            tolerance: nil,
            why: "the name says label, and all of the first 32 answers were whole numbers from 0 to 9",
            override: "comparison:\n  label: {comparator: regression, tolerance: 0.5}"
        )
        var output = Self(plan: plan, divergence: .of(mean: 0.0283, max: 1), noise: .of(mean: 0, max: 0))
        output.compared = 1_200
        output.diverged = 34
        output.excess = 0.0283
        output.excessError = 0.0048
        output.flips = 34
        output.confusion = [
            .init(live: "3", candidate: "8", count: 26), .init(live: "9", candidate: "4", count: 8),
            .init(live: "1", candidate: "1", count: 130),
        ]
        return output
    }

    fileprivate static var probabilities: Self {
        let plan = OutputPlan(
            name: "probabilities",
            datatype: "FP32",
            comparator: .probabilities,
            tolerance: 1e-4,
            why: "rows of 10 numbers that sum to 1",
            override: "comparison:\n  probabilities: {comparator: vector}"
        )
        var output = Self(plan: plan, divergence: .of(mean: 0.000123, max: 0.75), noise: .of(mean: 2.5e-7, max: 1e-6))
        output.compared = 1_200
        output.diverged = 40
        output.bias = -0.25
        output.larger = 600
        output.smaller = 590
        output.details = ["jsd": 0.004]
        return output
    }

    fileprivate static var note: Self {
        let plan = OutputPlan(
            name: "note",
            datatype: "BYTES",
            comparator: .json,
            tolerance: nil,
            why: "texts that are JSON",
            override: "comparison:\n  note: {comparator: text}",
            masked: ["$.time"]
        )
        var output = Self(plan: plan, divergence: .of(mean: 0.5, max: 1), noise: .of(count: 0, mean: 0, max: 0))
        output.compared = 1_200
        output.diverged = 600
        var field = TrialDocument.Field(path: "$.tags[*]", kind: .type, count: 600, noise: 1, isMasked: false)
        field.example = FieldDifference(path: "$.tags[*]", kind: .type, live: "1", candidate: "\"1\"")
        output.fields = [field, .init(path: "$.time", kind: .value, count: 90, noise: 90, isMasked: true)]
        output.structure = ["candidate has shape [2], live [1]": 4]
        return output
    }
}

extension TrialDocument.Distribution {
    fileprivate static func of(count: UInt64 = 1_200, mean: Double, max: Double) -> Self {
        Self(count: count, mean: mean, deviation: 0.1, max: max, histogram: [count] + Array(repeating: 0, count: 11))
    }
}

extension CapturedPair.Summary {
    /// A pair that diverged.
    package static func sample() -> Self {
        var summary = Self(
            id: 1_700_000_000_000_007,
            release: Release.sample().id,
            model: "digits",
            live: "answered",
            candidate: "answered",
            liveNanoseconds: 7_250,
            candidateNanoseconds: 1_312_500,
            divergence: 1,
            diverged: true
        )
        summary.requestID = "digits-0001"
        summary.segments = [.init(key: "tenant", value: "acme")]
        summary.noise = "answered"
        summary.noiseNanoseconds = 8_000
        summary.noiseDivergence = 0
        return summary
    }

    /// A pair whose candidate did not answer.
    package static func failed() -> Self {
        var summary = Self(
            id: 1_700_000_000_000_003,
            release: Release.sample().id,
            model: "digits",
            live: "answered",
            candidate: "timeout",
            liveNanoseconds: 7_000,
            candidateNanoseconds: 5_000_000_000,
            divergence: 1,
            diverged: true
        )
        summary.reason = "no answer within 5 s"
        return summary
    }
}

extension PairDocument {
    /// Numbers, texts and JSON fields that differ, and an output that does not.
    package static func sample() -> PairDocument {
        var pair = PairDocument(summary: .sample(), mode: .redacted)
        pair.inputs = [.of("x", "FP32", (0..<40).map { .number(Double($0) + 0.5) })]
        var label = OutputDocument(name: "label")
        label.live = .of("label", "INT64", [.integer(3)])
        label.candidate = .of("label", "INT64", [.integer(8)])
        label.noise = .of("label", "INT64", [.integer(3)])
        label.divergence = 1
        label.noiseDivergence = 0
        label.diverged = true
        label.sentence = "3 became 8"
        label.differing = [0]
        var scores = OutputDocument(name: "scores")
        scores.live = .of("scores", "FP32", [.number(0.25), .number(0.75), .text("NaN")])
        scores.candidate = .of("scores", "FP32", [.number(0.25), .number(0.7500001), .text("NaN")])
        scores.divergence = 1e-7
        scores.differing = [1]
        scores.details = ["jsd": 0.0001, "max_ulp": 2]
        var note = OutputDocument(name: "note")
        note.live = .of("note", "BYTES", [.text(#"{"ok":true}"#)])
        note.candidate = .of("note", "BYTES", [.text(#"{"ok":"yes"}"#)])
        note.divergence = 0.5
        note.diverged = true
        note.differing = [0]
        note.fields = [FieldDifference(path: "$.ok", kind: .type, live: "true", candidate: "\"yes\"")]
        pair.outputs = [label, scores, note]
        return pair
    }
}

extension PairDocument.TensorDocument {
    fileprivate static func of(_ name: String, _ datatype: String, _ elements: [PairDocument.Element]) -> Self {
        Self(name: name, datatype: datatype, shape: [1, elements.count], elements: elements, count: elements.count)
    }
}
