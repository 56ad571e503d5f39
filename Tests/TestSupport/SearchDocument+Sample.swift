package import SemanticSearch
import ServingCore

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

extension SearchQuery {
    /// One with something in each of its fields that is not what it usually is.
    package static func sample() -> SearchQuery {
        var query = SearchQuery(model: "digits", subject: .text("a \"b\"\n\u{1F600}/é"), field: .live)
        query.precision = .volume
        query.usesWords = false
        query.limit = 200
        query.filter.release = 5
        query.filter.divergedOnly = true
        query.filter.leastDivergence = 0.25
        query.filter.mostDivergence = 0.5
        query.filter.liveOutcome = .answered
        query.filter.candidateOutcome = .timeout
        query.filter.slice = "0123456789abcdef"
        query.filter.segment = Segment(key: "kind of thing", value: "a=b&c/ü+%")
        query.filter.from = 1_700_000_000_000_000
        query.filter.until = 1_700_000_100_000_000
        return query
    }
}
