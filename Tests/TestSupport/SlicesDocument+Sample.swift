package import SemanticSearch
import ServingCore

extension SlicesDocument {
    /// Two slices, one of them confirmed, of a model whose outputs are embeddings, with something in each field.
    package static func sample(release: Int64 = Release.sample().id) -> SlicesDocument {
        var findings = SliceFindings()
        findings.slices = [.sample(isConfirmed: true), .sample(isConfirmed: false)]
        (findings.epoch, findings.proposedFrom, findings.nextEpoch) = (5, 8_000, 16_000)
        (findings.requests, findings.pairs, findings.divergence) = (9_120, 12_340, 0.0317)
        var document = SlicesDocument(model: "digits", release: release, findings: findings)
        document.spaces = .sample()
        document.coverage = CoverageFinding(
            release: release,
            reference: 1_000,
            covered: 734,
            radius: 0.183,
            pairs: 12_340
        )
        document.backlog = 12
        document.excerpts = (1...4).map { id in
            .init(
                id: id,
                request: "this is not good at all, number \(id)",
                live: "label negative",
                candidate: "label positive"
            )
        }
        return document
    }
}

extension Slice {
    package static func sample(isConfirmed: Bool) -> Slice {
        var slice = Slice(
            id: isConfirmed ? "0123456789abcdef" : "fedcba9876543210",
            label: isConfirmed ? "requests with \"not\"" : "requests about ferry, harbour"
        )
        slice.predicates = [SlicePredicate(kind: .word, value: "not")]
        slice.terms = ["not", "never", "hardly"].map { Term(word: $0, weight: 0.4, inside: 0.8, outside: 0.1) }
        slice.segments = [SegmentShare(key: "tenant", value: "acme", inside: 0.97, outside: 0.21)]
        (slice.support, slice.share) = (298, 0.0241)
        slice.inside = Figures(divergence: 0.452, diverged: 0.431, candidateFailed: 0.013, liveFailed: 0)
        slice.outside = Figures(divergence: 0.0213, diverged: 0.031, candidateFailed: 0, liveFailed: 0)
        slice.excess =
            isConfirmed
            ? Excess(requests: 140, mean: 0.431, lower: 0.306, upper: 0.55)
            : Excess(requests: 31, mean: 0.012, lower: -0.121, upper: 0.14)
        slice.confirmed = isConfirmed
        slice.examples = [1, 2]
        slice.mostDivergent = [3, 4, 1]
        return slice
    }
}

extension SpaceReport {
    package static func sample() -> SpaceReport {
        var spaces = SpaceReport(relation: .different, why: "live has 384 dimensions and the candidate 768")
        (spaces.items, spaces.skipped, spaces.liveDimension, spaces.candidateDimension) = (640, 3, 384, 768)
        (spaces.mutualOverlap, spaces.chanceOverlap) = (0.713, 0.0157)
        (spaces.rankBiasedOverlap, spaces.worstRankBiasedOverlap) = (0.682, 0.113)
        spaces.linearCKA = CKA(value: 0.884, isUnbiased: true, items: 640)
        spaces.procrustes = 0.217
        spaces.worst = [
            WorstItem(id: 4_711, overlap: 0.1, rankBiasedOverlap: 0.113, residual: nil, lost: [1, 2], gained: [3])
        ]
        return spaces
    }
}

extension RequestMap {
    /// Along a line, newest first; divergence grows from 0 to 1.
    package static func sample(points: Int) -> RequestMap {
        let places = (0..<points).map { Float($0) / Float(max(1, points - 1)) }
        return RequestMap(
            ids: (0..<points).map { Int64(points - $0) },
            x: places,
            y: places.map { $0 * $0 },
            divergence: places,
            explained: [0.413, 0.121]
        )
    }
}
