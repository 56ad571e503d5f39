import Admin
import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite("Search and slices, for people") struct SearchReportTests {
    @Test("hits are a table in which diverged ones are marked, then where they lie and what to know")
    func hits() {
        let expected = """
            RANK  SIMILARITY     DIVERGENCE  PAIRS  REQUEST            LIVE -> CANDIDATE     SLICE             PAIR
            1     0.912       *  1           1,203  this was not good  negative -> positive  0123456789abcdef  1700000000000007
            2     words       *  1           1      good, not bad      positive -> nothing                     1700000000000003

            slices the hits lie in:
              0123456789abcdef requests with "not": 1 of the hits

            searched the requests of 1,200 of 1,230 pairs, ranked by static-en
            note: the sentence model has embedded 800 of 1230 pairs
            12 kept pairs are not in the index yet

            """
        #expect(SearchReport.text(.sample()) == expected)
    }

    @Test("nothing found says among what")
    func nothing() {
        var document = SearchDocument(model: "digits", field: .change)
        document.indexed = 5
        #expect(SearchReport.text(document) == "nothing found\n\nsearched what the candidate changed of 0 of 5 pairs\n")
    }

    @Test("similarities have three decimals whatever they are")
    func similarities() {
        var document = SearchDocument.sample()
        let shown = [
            (1.0, "1.000"), (-0.05, "-0.050"), (0.9996, "1.000"), (1.2, "1.000"), (-0.0001, "0.000"), (.nan, "-"),
        ]
        for (similarity, text) in shown {
            document.hits[0].similarity = similarity
            let row = SearchReport.text(document).split(separator: "\n")[1]
            #expect(row.split(separator: " ")[1] == text, "\(similarity)")
        }
    }

    @Test("slices are shown with figures, terms and examples, confirmed ones marked; then coverage and spaces")
    func slices() {
        let expected = """
            release 1700000000000000: 12,340 pairs, 9,120 distinct requests, mean divergence 0.0317
            1 of 2 slices is confirmed: of such at most 10 % are expected to be false.
            Slices were proposed from 8,000 distinct requests, the next time at 16,000.

            * 1. 0123456789abcdef requests with "not"
                 298 pairs (2.41%), divergence 0.452 inside, 0.0213 outside
                 excess 0.431 (0.306 to 0.55) by 140 held-out requests
                 candidate failed: 1.3% inside, 0% outside
                 terms: not, never, hardly
                 tenant=acme: 97% inside, 21% outside
                                 PAIR  REQUEST                            LIVE -> CANDIDATE
                 typical         1     this is not good at all, number 1  label negative -> label positive
                 typical         2     this is not good at all, number 2  label negative -> label positive
                 most divergent  3     this is not good at all, number 3  label negative -> label positive
                 most divergent  4     this is not good at all, number 4  label negative -> label positive
                 most divergent  1     this is not good at all, number 1  label negative -> label positive

              2. fedcba9876543210 requests about ferry, harbour
                 298 pairs (2.41%), divergence 0.452 inside, 0.0213 outside
                 excess 0.012 (-0.121 to 0.14) by 31 held-out requests
                 candidate failed: 1.3% inside, 0% outside
                 terms: not, never, hardly
                 tenant=acme: 97% inside, 21% outside
                                 PAIR  REQUEST                            LIVE -> CANDIDATE
                 typical         1     this is not good at all, number 1  label negative -> label positive
                 typical         2     this is not good at all, number 2  label negative -> label positive
                 most divergent  3     this is not good at all, number 3  label negative -> label positive
                 most divergent  4     this is not good at all, number 4  label negative -> label positive
                 most divergent  1     this is not good at all, number 1  label negative -> label positive

            Requests like 73 % of 1,000 earlier ones were seen among 12,340 pairs (cosine distance up to 0.183).
            Embeddings: Different spaces (live has 384 dimensions and the candidate 768)
              FIGURE       VALUE  WHAT IT SAYS
              Items        640    384 dimensions of live, 768 of the candidate; 3 left out
              Mutual k-NN  0.713  share of the nearest 10 that both have; chance gives 0.0157
              RBO          0.682  agreement of the ranks of the nearest 20; of the worst item 0.113
              Linear CKA   0.884  likeness of the whole clouds; unbiased, 1 is the same
              Procrustes   0.217  what is left after the best turn and scaling; 0 is the same
              pair 4711: 10% of its neighbours stay; lost 1, 2; gained 3
            12 kept pairs are not in the index yet

            """
        #expect(SlicesReport.text(.sample()) == expected)
    }

    @Test("without slices it says why")
    func none() {
        var document = SlicesDocument.sample()
        document.coverage = nil
        document.spaces = nil
        document.backlog = 0
        document.findings.slices = []
        #expect(SlicesReport.text(document).contains("\nNo part of 9,120 distinct requests stands out.\n"))
        document.findings = SliceFindings()
        document.findings.nextEpoch = 200
        let expected = """
            release 1700000000000000: 0 pairs, 0 distinct requests, mean divergence 0
            Slices are proposed from 200 distinct requests on; there are 0 yet.

            """
        #expect(SlicesReport.text(document) == expected)
    }

    @Test("slices of which none is confirmed are said to be chance")
    func unconfirmed() {
        var document = SlicesDocument.sample()
        document.findings.slices.removeFirst()
        let sentence = "None of 1 slices is confirmed: that they differ may be chance."
        #expect(SlicesReport.text(document).contains("\n\(sentence)\n"))
    }

    @Test("long texts are cut to where a row can be read")
    func long() {
        var document = SearchDocument.sample()
        document.hits[0].request = String(repeating: "r", count: 240)
        document.hits[0].live = String(repeating: "l", count: 240)
        document.hits[0].candidate = String(repeating: "c", count: 240)
        let lines = SearchReport.text(document).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 240 })
        #expect(lines[1].contains("r… ") && lines[1].contains("l… -> c") && lines[1].contains("0123456789abcdef"))
    }

    @Test("nothing printed can command the terminal")
    func hostile() {
        let hostile = "a\u{1B}]0;title\u{07}b\u{9B}31m\u{202E}c\r\nd"
        var document = SearchDocument.sample()
        document.embedder?.name = hostile
        document.note = hostile
        document.hits[0].request = hostile
        document.hits[0].live = hostile
        document.hits[0].candidate = hostile + "e"
        document.hits[0].slice = hostile
        document.slices[0] = .init(id: hostile, label: hostile, hits: 1)
        var slices = SlicesDocument.sample()
        slices.findings.slices[0].id = hostile
        slices.findings.slices[0].label = hostile
        slices.findings.slices[0].terms = [.init(word: hostile, weight: 1, inside: 1, outside: 0)]
        slices.findings.slices[0].segments = [.init(key: hostile, value: hostile, inside: 1, outside: 0)]
        slices.excerpts[0].request = hostile
        slices.excerpts[0].live = hostile
        slices.excerpts[0].candidate = hostile + "e"
        slices.spaces?.why = hostile
        let printed = SearchReport.text(document) + SlicesReport.text(slices)
        #expect(printed.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(!printed.contains("\u{202E}"))
        #expect(!printed.split(separator: "\n").contains { $0.hasPrefix("d") })
    }

    @Test("figures that are out of range do not stop the report")
    func absurd() {
        var slices = SlicesDocument.sample()
        slices.backlog = .min
        slices.findings.pairs = -1
        slices.findings.slices[0].support = .max
        slices.findings.slices[0].share = .infinity
        slices.findings.slices[0].excess = .init(requests: -5, mean: .nan, lower: -.infinity, upper: .infinity)
        slices.spaces?.skipped = .min
        var document = SearchDocument.sample()
        document.hits[0].pairs = .min
        document.backlog = .max
        #expect(SlicesReport.text(slices).contains("excess - (- to -) by 0 held-out requests"))
        #expect(SearchReport.text(document).contains("9,223,372,036,854,775,807 kept pairs"))
    }
}
