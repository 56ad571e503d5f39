import Admin
import Comparison
import ServingCore
import TestSupport
import Testing
import Trials

@Suite struct TrialReportTests {
    @Test("a running trial is shown with all its evidence")
    func trial() {
        let expected = """
            trial 1700000000000000: candidate green (version 2) beside live blue (version 1), since 2023-11-14T22:13:20Z
            shadow is giving way: the data plane is busy, so fewer requests are mirrored
            sampled 1,250 = paired 1,230 + dropped 12 (overload 10, queue_full 2) + pending 8; 3 asked not to be mirrored
            compared 1,200, live asked again for 118, last pair 2023-11-14T22:20:20Z

            PAIRS       ANSWERED  ERROR  TIMEOUT
            live        1,230
            candidate   1,200     20     10
            live again  118
            candidate did not answer, 20 times: the model failed: Gather: index out of range
            candidate did not answer, 10 times: no answer within 5 s
            live gave the same bytes each of 118 times it was asked again

            OUTPUT         COMPARATOR     COMPARED  DIVERGED    DIVERGENCE  MAX   NOISE   EXCESS           FLIPS       BIAS
            label          labels         1,200     34 (2.83%)  0.0283      1     0       0.0283 ± 4.8e-3  34 (2.83%)
            probabilities  probabilities  1,200     40 (3.33%)  1.23e-4     0.75  2.5e-7                               -0.25
            note           json           1,200     600 (50%)   0.5         1     -
            label, live -> candidate: 3 -> 8 (26), 9 -> 4 (8)
            note, $.tags[*]: type differs 600 times, live against itself 1
            note, not compared: $.time
            note, 4 times: candidate has shape [2], live [1]

            LATENCY     COUNT  MEAN    P50      P99      MAX
            live        1,230  8 µs    7.25 µs  31.5 µs  120 µs
            candidate   1,200  12 µs   11 µs    1.45 ms  2.5 s
            live again  118    8.5 µs  8 µs     20 µs    30 µs
            candidate takes 1.42 times as long as live asked again (the fair comparison, 118 pairs)
            candidate takes 1.52 times as long as the live answer (given on the hot path, 1,200 pairs)

            SEGMENT      PAIRS  DIVERGED    DIVERGENCE  NOISE  FLIPS  FAILURES
            tenant=acme  300    30 (10.1%)  0.1         0      30     2

            WORST PAIR        DIVERGENCE  WHAT
            1700000000000007  1           label: 3 became 8

            """
        #expect(TrialReport.text(.sample()) == expected)
    }

    @Test("a trial without a pair says so and shows no table of nothing")
    func empty() {
        let none = TrialDocument.Latency.Quantiles(count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0)
        var release = Release.sample()
        release.ended = 1_700_000_100_000_000
        release.end = .rolledBack
        let trial = TrialDocument(
            release: release,
            isRunning: false,
            coverage: .init(counts: ShadowCounts(), compared: 0, triples: 0, isUnderPressure: false),
            determinism: .init(triples: 0, differing: 0, isDeterministic: nil, sentence: "live was not asked again"),
            latency: .init(live: none, candidate: none, noise: none)
        )
        let expected = """
            trial 1700000000000000: candidate green (version 2) beside live blue (version 1), since 2023-11-14T22:13:20Z, rolled_back 2023-11-14T22:15:00Z
            sampled 0 = paired 0 + dropped 0 + pending 0
            compared 0, live asked again for 0

            live was not asked again

            comparators are chosen after the first pairs that both versions answered

            """
        #expect(TrialReport.text(trial) == expected)
    }

    @Test("a worst pair that cannot be opened has no id, and it is said why")
    func lostPair() {
        var trial = TrialDocument.sample()
        trial.worst[0].id = nil
        let expected = """
            WORST PAIR  DIVERGENCE  WHAT
            -           1           label: 3 became 8
            - is a pair that cannot be opened: not kept, no longer, or not yet

            """
        #expect(TrialReport.text(trial).hasSuffix("\n\n" + expected))
    }

    @Test("trials are a table with the versions, how each ended and its pairs")
    func releases() {
        var ended = Release.sample()
        ended.id -= 90_000_000
        ended.kind = .standby
        ended.ended = 1_700_000_000_000_000
        ended.end = .rolledBack
        let document = ReleasesDocument(releases: [.init(.sample(), pairs: 1_230), .init(ended, pairs: nil)])
        let expected = """
            RELEASE           KIND       LIVE                  CANDIDATE              STARTED               ENDED                 HOW          PAIRS
            1700000000000000  candidate  blue v1 abababababab  green v2 cdcdcdcdcdcd  2023-11-14T22:13:20Z  -                     running      1,230
            1699999910000000  standby    blue v1 abababababab  green v2 cdcdcdcdcdcd  2023-11-14T22:11:50Z  2023-11-14T22:13:20Z  rolled_back  unknown

            """
        #expect(ReleaseReport.table(document) == expected)
        let none = "no trials yet: one begins when a second version is ready in the other slot\n"
        #expect(ReleaseReport.table(ReleasesDocument(releases: [])) == none)
    }

    @Test("comparators come with why, with what is left out and with what would change them")
    func comparators() {
        let document = ComparatorsDocument(release: .sample(), outputs: TrialDocument.sample().outputs.map(\.plan))
        let expected = """
            label (INT64): labels
              why: the name says label, and all of the first 32 answers were whole numbers from 0 to 9
              to override, in model.yaml:
                comparison:
                  label: {comparator: regression, tolerance: 0.5}

            probabilities (FP32): probabilities, tolerance 0.0001
              why: rows of 10 numbers that sum to 1
              to override, in model.yaml:
                comparison:
                  probabilities: {comparator: vector}

            note (BYTES): json
              why: texts that are JSON
              not compared: $.time
              to override, in model.yaml:
                comparison:
                  note: {comparator: text}

            """
        #expect(ComparatorReport.text(document) == expected)
        let none = ComparatorReport.text(ComparatorsDocument(release: .sample(), outputs: []))
        #expect(none == "comparators are chosen after the first pairs that both versions answered\n")
    }

    @Test("nothing printed can command the terminal")
    func hostile() {
        let hostile = "a\u{1B}]0;title\u{07}b\u{9B}31m\u{202E}c\r\nd"
        var trial = TrialDocument.sample()
        trial.determinism.sentence = hostile
        trial.outcomes.candidateReasons = [hostile: 1]
        trial.coverage.counts.dropped = [hostile: 1]
        trial.outputs[0].plan.name = hostile
        trial.outputs[0].plan.why = hostile
        trial.outputs[0].plan.override = hostile
        trial.outputs[0].plan.masked = [hostile]
        trial.outputs[0].confusion = [.init(live: hostile, candidate: "b", count: 1)]
        trial.outputs[0].structure = [hostile: 1]
        trial.outputs[2].fields[0].path = hostile
        trial.segments[0].segment.value = hostile
        trial.worst[0].sentence = hostile
        let plans = ComparatorsDocument(release: .sample(), outputs: trial.outputs.map(\.plan))
        let printed = TrialReport.text(trial) + ComparatorReport.text(plans)
        #expect(printed.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(!printed.contains("\u{202E}"))
    }
}
