import Foundation
package import SemanticSearch
import ServingCore

extension AdminClient {
    /// Slices may have to be found first.
    private static let searchTime = Duration.seconds(300)
    private static let archiveLimit = 2 << 30

    package func search(_ query: SearchQuery) throws(AdminClientError) -> AdminAnswer {
        guard let json = try? JSONEncoder().encode(SearchBody(query)) else {
            throw AdminClientError("the question has no JSON form")
        }
        let path = try Self.path("search", query.model, [])
        let body = String(decoding: json, as: UTF8.self)
        return try self.send("POST", path, body: body, timeout: Self.searchTime).checked()
    }

    /// Nil `release`: the newest that has kept pairs.
    package func slices(model: String, release: Int64? = nil) throws(AdminClientError) -> AdminAnswer {
        let path = try Self.path("slices", model, [("release", release.map(String.init))])
        return try self.send("GET", path, timeout: Self.searchTime).checked()
    }

    /// A NumPy archive of the newest `limit` pairs, held in memory. Nil `release`: the newest that has kept pairs.
    package func vectors(model: String, release: Int64? = nil, limit: Int) throws(AdminClientError) -> VectorFile {
        let path = try Self.path("vectors", model, [("release", release.map(String.init)), ("limit", "\(limit)")])
        let answer: AdminAnswer
        do throws(CurlExchange.Failure) {
            answer = try self.exchange("GET", path, nil, [:], Self.searchTime, answerLimit: Self.archiveLimit)
        } catch {
            guard error == .tooLarge else { throw self.sentence(for: error) }
            throw AdminClientError("the vectors of \(limit) pairs take more than 2 GiB; ask for fewer with --limit")
        }
        let file = try answer.checked()
        guard let pairs = file.headers[VectorsHeader.pairs].flatMap({ Int($0) }),
            let release = file.headers[VectorsHeader.release].flatMap({ Int64($0) })
        else {
            throw AdminClientError("the admin API's answer is not what this version of teal expects")
        }
        return VectorFile(release: release, pairs: pairs, bytes: file.body)
    }
}

/// A NumPy archive of pairs with their vectors.
package struct VectorFile: Sendable {
    package let release: Int64
    package let pairs: Int
    package let bytes: [UInt8]
}

/// Body of a search; nil fields are left out.
private struct SearchBody: Encodable {
    var text: String?
    var pair: Int64?
    var vector: [Float]?
    var field: SearchQuery.Field
    var precision: SearchQuery.Precision
    var words: Bool
    var limit: Int
    var release: Int64?
    var diverged: Bool
    var divergence: [Double]?
    var liveOutcome: String?
    var outcome: String?
    var slice: String?
    var segment: String?
    var since: Int64?
    var until: Int64?

    private enum CodingKeys: String, CodingKey {
        case text, pair, vector, precision, words, limit, release, diverged, divergence, liveOutcome, outcome, slice,
            segment
        case since, until
        case field = "in"
    }

    init(_ query: SearchQuery) {
        switch query.subject {
        case .text(let text): self.text = text
        case .pair(let pair): self.pair = pair
        case .vector(let vector): self.vector = vector
        }
        let filter = query.filter
        self.field = query.field
        self.precision = query.precision
        self.words = query.usesWords
        self.limit = query.limit
        self.release = filter.release
        self.diverged = filter.divergedOnly
        if filter.leastDivergence != nil || filter.mostDivergence != nil {
            self.divergence = [filter.leastDivergence ?? 0, filter.mostDivergence ?? 1]
        }
        self.liveOutcome = filter.liveOutcome?.name
        self.outcome = filter.candidateOutcome?.name
        self.slice = filter.slice
        self.segment = filter.segment.map { "\($0.key)=\($0.value)" }
        self.since = filter.from
        self.until = filter.until
    }
}
