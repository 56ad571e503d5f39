import Admin
import ServingCore
import Synchronization
import TestSupport
import Testing
import Trials

@Suite("Trials and pairs through the client", .timeLimit(.minutes(1))) struct TrialClientTests {
    @Test("each question reaches its route with all it asks, and its answer can be decoded")
    func questions() async throws {
        var query = PairQuery(model: "digits", release: 5, divergedOnly: true, limit: 3)
        query.candidateOutcome = "error"
        query.liveOutcome = "answered"
        query.segment = Segment(key: "kind of thing", value: "a=b&c/ü+%")
        query.from = 1
        query.until = 2
        query.before = 7
        let asked = query
        try await AdminFixture.run { admin in
            try await admin.client { client in
                let id = Release.sample().id
                #expect(try client.releases(model: "digits").decode(ReleasesDocument.self).releases.count == 1)
                #expect(try client.trial(model: "digits", release: id).decode(TrialDocument.self) == .sample())
                #expect(try client.comparators(model: "digits").decode(ComparatorsDocument.self).outputs.count == 3)
                #expect(try client.pairs(asked).decode(PairsDocument.self).pairs.count == 2)
                let pair = try client.pair(model: "digits", id: CapturedPair.Summary.sample().id)
                #expect(try pair.decode(PairDocument.self) == .sample())
            }
            #expect(
                admin.trials.calls == [
                    .releases("digits", 50), .trial("digits", Release.sample().id), .trial("digits", nil),
                    .pairs(asked),
                    .pair("digits", CapturedPair.Summary.sample().id),
                ]
            )
        }
    }

    @Test("an export pages through every kept request and counts what could not be read")
    func export() async throws {
        let lines = (1...25).map { $0.isMultiple(of: 10) ? "" : "{\"id\":\"\($0)\"}" }
        try await AdminFixture.run { admin in
            admin.trials.keep(lines)
            let (counts, text) = try await admin.client { client in
                var bytes: [UInt8] = []
                let counts = try client.exportRequests(model: "digits", release: 5, page: 4) { bytes += $0 }
                return (counts, String(decoding: bytes, as: UTF8.self))
            }
            #expect(counts.exported == 23 && counts.skipped == 2)
            #expect(text == lines.filter { !$0.isEmpty }.map { $0 + "\n" }.joined())
            #expect(admin.trials.calls.count == 7)
        }
    }

    @Test("answers that are too large are asked for in smaller pages")
    func largeExport() async throws {
        let line = "{\"x\":\"" + String(repeating: "x", count: 9 << 20) + "\"}"
        try await AdminFixture.run { admin in
            admin.trials.keep(Array(repeating: line, count: 9))
            let counts = try await admin.client { client in
                try client.exportRequests(model: "digits", page: 16) { _ in }
            }
            #expect(counts.exported == 9)
            let limits = admin.trials.calls.compactMap { call in
                if case .requests(_, _, _, let limit) = call { limit } else { nil }
            }
            #expect(limits == [16, 2, 2, 2, 2, 2])
        }
    }

    @Test("an export of an unknown model fails with the gateway's sentence")
    func unknownExport() async throws {
        try await AdminFixture.run { admin in
            let error = await #expect(throws: AdminClientError.self) {
                try await admin.client { client in
                    try client.exportRequests(model: "nobody") { _ in }
                }
            }
            #expect(error?.code == "not_found" && error?.description == "no model 'nobody'")
        }
    }
}
