import Comparison
package import ServingCore

/// What was found out about a release's slices, and when to look again.
struct SliceState: Sendable {
    var findings: SliceFindings
    /// Ids of the pairs in each slice.
    var members: [String: Set<Int64>]
    var spaces: SpaceReport?
    var reach: Reach
    var plane: PrincipalPlane?

    /// The best slice the pair lies in.
    func slice(of id: Int64) -> String? {
        self.findings.slices.first { self.members[$0.id]?.contains(id) ?? false }?.id
    }

    func counts(of hits: [SearchHit]) -> [SearchDocument.SliceCount] {
        let counts = self.findings.slices.enumerated().compactMap {
            place,
            slice -> (Int, SearchDocument.SliceCount)? in
            let count = hits.count { self.members[slice.id]?.contains($0.pair.id) ?? false }
            return count == 0 ? nil : (place, .init(id: slice.id, label: slice.label, hits: count))
        }
        return counts.sorted { ($1.1.hits, $0.0) < ($0.1.hits, $1.0) }.map(\.1)
    }
}

extension SearchEngine {
    /// Share of new pairs for which somebody who asks waits until they were looked at too.
    private static let freshness = 0.02
    private static let shownExamples = 3

    package func slices(model: String, release: Int64?) async throws(ControlError) -> SlicesDocument {
        try await self.freshen(model)
        let release = try self.release(release, of: model)
        try await self.reading { () async throws(StoreError) in
            try await self.discover(model, release, by: Self.freshness)
        }
        guard let state = self.slices[model]?[release] else { throw Self.nothingKept(model) }
        let ids = state.findings.slices.flatMap {
            $0.examples.prefix(Self.shownExamples) + $0.mostDivergent.prefix(Self.shownExamples)
        }
        return SlicesDocument(
            model: model,
            release: release,
            findings: state.findings,
            spaces: state.spaces,
            coverage: self.published.of(model, release).coverage,
            backlog: self.collections[model]?.backlog ?? 0,
            excerpts: try await self.reading { () async throws(StoreError) in
                try await self.excerpts(of: Set(ids).sorted())
            }
        )
    }

    package func map(model: String, release: Int64?) async throws(ControlError) -> MapDocument {
        try await self.freshen(model)
        let release = try self.release(release, of: model)
        guard let table = self.collections[model]?.table else { throw Self.nothingKept(model) }
        let input = self.input(model, table.newestIDs(of: release, limit: Self.sliceLimit))
        let made = RequestMap.make(input, previous: self.slices[model]?[release]?.plane)
        self.slices[model]?[release]?.plane = made?.plane
        return MapDocument(model: model, release: release, map: made?.map)
    }

    /// The release asked for, or the newest that has pairs here.
    func release(_ release: Int64?, of model: String) throws(ControlError) -> Int64 {
        guard let table = self.collections[model]?.table else { throw Self.nothingKept(model) }
        let newest = table.newestRelease
        guard let chosen = release ?? newest, release == nil || table.hasPairs(of: chosen) else {
            throw ControlError(
                .notFound,
                "no pairs of release \(release ?? 0) of model `\(model)` can be searched"
                    + (newest.map { "; the newest that has some is \($0)" } ?? "")
            )
        }
        return chosen
    }

    /// What is known of the release's slices, or of the newest one's.
    func state(_ model: String, _ release: Int64?) -> SliceState? {
        (release ?? self.collections[model]?.table.newestRelease).flatMap { self.slices[model]?[$0] }
    }

    /// Ids of the pairs in a slice of the release; its slices are found now if they are not known.
    func members(of slice: String, _ model: String, _ release: Int64?) async throws(ControlError) -> Set<Int64> {
        let release = try self.release(release, of: model)
        try await self.reading { () async throws(StoreError) in
            try await self.discover(model, release, by: .infinity)
        }
        guard let state = self.slices[model]?[release] else { throw Self.nothingKept(model) }
        guard let members = state.members[slice] else {
            let known = state.findings.slices.prefix(5).map(\.id).joined(separator: ", ")
            throw ControlError(.notFound, "release \(release) has no slice `\(slice)`; it has \(known)")
        }
        return members
    }

    /// What the gate looks at: as it was found last, without waiting.
    package nonisolated func findings(
        model: String,
        release: Int64
    ) -> (slices: SliceFindings?, coverage: CoverageFinding?) { self.published.of(model, release) }

    /// Whether what `findings` says is all there is to say: false while the release's pairs wait to be looked at, and
    /// before it is known whether there are any.
    package nonisolated func hasLooked(model: String, release: Int64) -> Bool {
        self.published.hasLooked(model, release)
    }
}
