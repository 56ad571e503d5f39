import Foundation
package import SemanticSearch
package import ServingCore
import Synchronization

/// A `SemanticSearching` that records what it is asked and answers with the samples below; it knows model `digits` alone.
package final class FakeSemanticSearch: SemanticSearching {
    package enum Call: Sendable, Equatable {
        case search(SearchQuery)
        case slices(String, Int64?)
        case map(String, Int64?)
        case vectors(String, Int64?, Int)
    }

    private struct State {
        var calls: [Call] = []
        var failure: ControlError?
    }

    private let state = Mutex(State())

    /// What `vectors` answers; the beginning of a ZIP file, and bytes that are no text.
    package static let archive: [UInt8] = [0x50, 0x4B, 3, 4, 0, 0xFF, 0xFE, 0x0A, 0x1B]

    package init() {}

    package var calls: [Call] { self.state.withLock { $0.calls } }

    /// From now on every call throws `failure`; nil heals.
    package func fail(with failure: ControlError?) { self.state.withLock { $0.failure = failure } }

    package func search(_ query: SearchQuery) async throws(ControlError) -> SearchDocument {
        try self.note(.search(query), query.model)
        return .sample()
    }

    package func slices(model: String, release: Int64?) async throws(ControlError) -> SlicesDocument {
        try self.note(.slices(model, release), model)
        return .sample()
    }

    package func map(model: String, release: Int64?) async throws(ControlError) -> MapDocument {
        try self.note(.map(model, release), model)
        return .sample()
    }

    package func vectors(model: String, release: Int64?, limit: Int) async throws(ControlError) -> [UInt8] {
        try self.note(.vectors(model, release, limit), model)
        return Self.archive
    }

    package func figures() -> SearchFigures { SearchFigures() }

    private func note(_ call: Call, _ model: String) throws(ControlError) {
        let failure = self.state.withLock { state in
            state.calls.append(call)
            return state.failure
        }
        if let failure { throw failure }
        guard model == "digits" else { throw ControlError(.notFound, "no pairs of model `\(model)` are kept") }
    }
}

extension SearchDocument {
    /// One with something in each of its fields: a hit by meaning and one by words alone.
    package static func sample() -> SearchDocument {
        var document = SearchDocument(model: "digits", field: .requests)
        document.embedder = EmbedderIdentity(name: "static-en", digest: "3f2a9c1b5d6e7f80", dimension: 256)
        var hit = SearchHit(pair: .sample())
        hit.similarity = 0.9124
        hit.matchesWords = true
        hit.pairs = 1_203
        hit.slice = "0123456789abcdef"
        hit.request = "this was not good"
        hit.live = "negative"
        hit.candidate = "positive"
        hit.difference = "label: negative became positive"
        var other = SearchHit(pair: .failed())
        other.matchesWords = true
        other.request = "good, not bad"
        other.live = "positive"
        document.hits = [hit, other]
        document.slices = [.init(id: "0123456789abcdef", label: "requests with \"not\"", hits: 1)]
        document.searched = 1_200
        document.indexed = 1_230
        document.backlog = 12
        document.note = "the sentence model has embedded 800 of 1230 pairs"
        return document
    }
}

extension SlicesDocument {
    /// One with something in each of its fields: a slice that is confirmed and one that is not.
    package static func sample() -> SlicesDocument {
        let pairs = [CapturedPair.Summary.sample().id, CapturedPair.Summary.failed().id]
        var negated = Slice(
            id: "0123456789abcdef",
            label: "requests with \"not\"",
            predicates: [
                SlicePredicate(Segment(key: "tenant", value: "acme")), SlicePredicate(kind: .word, value: "not"),
            ]
        )
        negated.terms = [
            .init(word: "not", weight: 0.05, inside: 1, outside: 0.01),
            .init(word: "never", weight: 0.02, inside: 0.3, outside: 0.01),
        ]
        negated.segments = [.init(key: "tenant", value: "acme", inside: 0.98, outside: 0.4)]
        negated.support = 1_120
        negated.share = 0.0975609
        negated.inside = .init(divergence: 0.5, diverged: 0.5, candidateFailed: 0.02, liveFailed: 0)
        negated.outside = .init(divergence: 0.0123, diverged: 0.01, candidateFailed: 0, liveFailed: 0)
        negated.excess = .init(requests: 558, mean: 0.49, lower: 0.31, upper: 0.66)
        negated.eValue = 4_200
        negated.confirmed = true
        negated.gate = .init(margin: 0.04, passE: 0.5, failE: 900)
        negated.examples = pairs
        negated.mostDivergent = [pairs[0]]
        var chance = Slice(id: "fedcba9876543210", label: "requests like \"hello\"")
        chance.support = 30
        chance.share = 0.0026
        var findings = SliceFindings()
        findings.slices = [negated, chance]
        findings.epoch = 2
        findings.proposedFrom = 400
        findings.nextEpoch = 1_600
        findings.pairs = 11_480
        findings.requests = 640
        findings.divergence = 0.0612
        var document: SlicesDocument = decoded(
            """
            {"model":"digits","release":\(Release.sample().id),"backlog":1,
            "findings":{"slices":[],"epoch":0,"proposedFrom":0,"nextEpoch":0,"pairs":0,"requests":0,"divergence":0,"alpha":0.1},
            "coverage":{"release":\(Release.sample().id),"reference":1000,"covered":968,"radius":0.21,"pairs":11480},
            "excerpts":[
            {"id":\(pairs[0]),"request":"this was not good","live":"negative","candidate":"positive"},
            {"id":\(pairs[1]),"request":"not bad","live":"positive","candidate":"positive"}]}
            """
        )
        document.findings = findings
        document.spaces = .sample(pairs)
        return document
    }
}

extension SpaceReport {
    fileprivate static func sample(_ pairs: [Int64]) -> SpaceReport {
        var spaces = SpaceReport(relation: .different, why: "the neighbours agree, the axes do not")
        spaces.items = 900
        spaces.skipped = 3
        spaces.liveDimension = 384
        spaces.candidateDimension = 768
        spaces.cosine = 0.99
        spaces.mutualOverlap = 0.81
        spaces.chanceOverlap = 0.011
        spaces.rankBiasedOverlap = 0.77
        spaces.worstRankBiasedOverlap = 0.12
        spaces.linearCKA = .init(value: 0.93, isUnbiased: true, items: 900)
        spaces.procrustes = 0.08
        spaces.worst = [
            .init(
                id: pairs[0],
                overlap: 0.1,
                rankBiasedOverlap: 0.12,
                residual: 0.4,
                lost: [pairs[1]],
                gained: [5, 6]
            )
        ]
        return spaces
    }
}

extension MapDocument {
    package static func sample() -> MapDocument {
        decoded(
            """
            {"model":"digits","release":\(Release.sample().id),
            "map":{"ids":[7,9],"x":[0.5,-0.25],"y":[0,1],"divergence":[1,0],"explained":[0.25,0.125]}}
            """
        )
    }
}

/// Documents that only the engine makes: they have no initialiser outside its module.
private func decoded<Value: Decodable>(_ json: String) -> Value {
    do {
        return try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    } catch {
        preconditionFailure("a sample is not what its type expects: \(error)")
    }
}
