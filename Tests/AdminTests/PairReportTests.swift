import Admin
import Comparison
import ServingCore
import TestSupport
import Testing
import Trials

@Suite struct PairReportTests {
    @Test("pairs are a table in which diverged ones are marked, with the way to the next page")
    func table() {
        let expected = """
            ID                TIME                     DIVERGENCE  NOISE  LIVE      CANDIDATE  LIVE TIME  CANDIDATE TIME  REQUEST      SEGMENTS     REASON
            1700000000000007  2023-11-14T22:13:20Z  *  1           0      answered  answered   7.25 µs    1.3125 ms       digits-0001  tenant=acme
            1700000000000003  2023-11-14T22:13:20Z  *  1                  answered  timeout    7 µs       5 s                                       no answer within 5 s
            there are more: --before 1700000000000003

            """
        let document = PairsDocument(pairs: [.sample(), .failed()], next: 1_700_000_000_000_003)
        #expect(PairReport.table(document) == expected)
        #expect(PairReport.table(PairsDocument(pairs: [])) == "no pairs\n")
    }

    @Test("one pair is shown with what differs marked at the beginning of the line")
    func pair() {
        let expected = """
            pair 1700000000000007 of trial 1700000000000000, 2023-11-14T22:13:20Z, request digits-0001
            live: answered, 7.25 µs; candidate: answered, 1.3125 ms; live asked again: answered, 8 µs
            divergence 1, noise 0, diverged
            segments: tenant=acme
            kept in mode redacted

              input x FP32 [1,40]
                0.5 1.5 2.5 3.5 4.5 5.5 6.5 7.5 8.5 9.5 10.5 11.5 12.5 13.5 14.5 15.5 16.5 17.5 18.5 19.5 20.5 21.5 22.5 23.5 24.5 25.5 26.5 27.5 28.5 29.5 30.5 31.5
                ... 8 more

            > output label INT64 [1,1], divergence 1, noise 0: 3 became 8
              INDEX  LIVE  CANDIDATE  LIVE AGAIN
            > 0      3     8          3

              output scores FP32 [1,3], divergence 1e-7
              INDEX  LIVE  CANDIDATE
              0      0.25  0.25
            > 1      0.75  0.7500001
              2      NaN   NaN
                jsd 0.0001, max_ulp 2

            > output note BYTES [1,1], divergence 0.5
            >   [0] live: {"ok":true}
            >   [0] candidate: {"ok":"yes"}
            >   $.ok, type: true -> "yes"

            """
        #expect(PairReport.pair(.sample()) == expected)
    }

    @Test("a pair of which hashes are kept shows them, one whose candidate failed says why")
    func hashes() {
        var pair = PairDocument(summary: .failed(), mode: .hash)
        var output = PairDocument.OutputDocument(name: "label")
        output.live = .init(name: "label", datatype: "INT64", shape: [1], elements: [], count: 1)
        output.live?.hash = "#3f2a9c1b"
        pair.outputs = [output, .init(name: "scores")]
        let expected = """
            pair 1700000000000003 of trial 1700000000000000, 2023-11-14T22:13:20Z
            live: answered, 7 µs; candidate: timeout, 5 s
            reason: no answer within 5 s
            divergence 1, diverged
            kept in mode hash

              output label INT64 [1] #3f2a9c1b

              output scores
                nothing of it was kept

            """
        #expect(PairReport.pair(pair) == expected)
    }

    @Test("of a large tensor the elements that differ are shown, and how many others there are")
    func large() {
        var pair = PairDocument(summary: .sample(), mode: .full)
        var output = PairDocument.OutputDocument(name: "scores")
        let elements = (0..<256).map { PairDocument.Element.integer(Int64($0)) }
        output.live = .init(name: "scores", datatype: "INT32", shape: [1_000], elements: elements, count: 1_000)
        output.candidate = output.live
        output.candidate?.elements[200] = .integer(-1)
        output.candidate?.elements[250] = .integer(-2)
        output.differing = [200, 250]
        pair.outputs = [output]
        let expected = """
              output scores INT32 [1000]
              INDEX  LIVE  CANDIDATE
            > 200    200   -1
            > 250    250   -2
                ... 998 more elements, 0 of them differ

            """
        #expect(PairReport.pair(pair).hasSuffix(expected))
    }

    @Test("elements that one side lacks are shown as such")
    func shorter() {
        var pair = PairDocument(summary: .sample(), mode: .full)
        var output = PairDocument.OutputDocument(name: "scores")
        output.live = .init(
            name: "scores",
            datatype: "INT32",
            shape: [2],
            elements: [.integer(1), .integer(2)],
            count: 2
        )
        output.candidate = .init(name: "scores", datatype: "INT32", shape: [1], elements: [.integer(1)], count: 1)
        output.differing = [1, 7, -3]
        pair.outputs = [output]
        let expected = """
                live: INT32 [2]
                candidate: INT32 [1]
              INDEX  LIVE  CANDIDATE
              0      1     1
            > 1      2     -

            """
        #expect(PairReport.pair(pair).hasSuffix(expected))
    }

    @Test("nothing printed can command the terminal")
    func hostile() {
        let hostile = "a\u{1B}]0;title\u{07}b\u{9B}31m\u{202E}c\r\nd"
        var pair = PairDocument.sample()
        pair.summary.requestID = hostile
        pair.summary.reason = hostile
        pair.summary.candidate = hostile
        pair.summary.segments = [.init(key: hostile, value: hostile)]
        pair.inputs[0].name = hostile
        pair.inputs[0].elements[0] = .text(hostile)
        pair.outputs[0].name = hostile
        pair.outputs[0].sentence = hostile
        pair.outputs[0].details = [hostile: 1]
        pair.outputs[0].live?.elements = [.text(hostile)]
        pair.outputs[2].live?.elements = [.text(hostile)]
        pair.outputs[2].fields[0].path = hostile
        let printed = PairReport.pair(pair) + PairReport.table(PairsDocument(pairs: [pair.summary]))
        #expect(printed.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(!printed.contains("\u{202E}"))
    }
}
