import Comparison
package import ServingCore

/// What was found out about a release's slices, and when to look again.
struct SliceState: Sendable {
    var release: Int64
    var findings: SliceFindings
    /// Ids of the pairs in each slice.
    var members: [String: Set<Int64>]
    var spaces: SpaceReport?
    /// Pairs of the release when it was looked at.
    var pairs: Int
    var plane: PrincipalPlane?
}

extension SearchEngine {
    /// Newest pairs of a release that slices are made from.
    private static let sliceLimit = 20_000
    private static let contentPage = 256
    private static let retained = 4

    // MARK: Surfaces

    package func slices(model: String, release: Int64?) async throws(ControlError) -> SlicesDocument {
        try await self.freshen(model)
        let release = try self.release(release, of: model)
        try await self.reading { () async throws(StoreError) in
            if self.isBehind(model, release, growth: 1) { try await self.discover(model, release) }
        }
        guard let state = self.slices[Self.key(model, release)], let collection = self.collections[model] else {
            throw Self.nothingKept(model)
        }
        var document = SlicesDocument(
            model: model,
            release: release,
            findings: state.findings,
            spaces: state.spaces,
            coverage: self.coverage[model].flatMap { $0.release == release ? $0 : nil },
            backlog: collection.backlog,
            excerpts: []
        )
        let ids = document.findings.slices.prefix(10).flatMap { $0.examples.prefix(3) + $0.mostDivergent.prefix(3) }
        let rows = Set(ids).compactMap { collection.table.row(of: $0) }.sorted()
        let found = try await self.reading { () async throws(StoreError) in try await self.contents(of: rows, in: model)
        }
        document.excerpts = found.map { item in
            .init(
                id: item.pair.summary.id,
                request: Self.excerpt(item.contents.request),
                live: Self.excerpt(item.contents.live),
                candidate: Self.excerpt(item.contents.candidate)
            )
        }
        return document
    }

    package func map(model: String, release: Int64?) async throws(ControlError) -> MapDocument {
        try await self.freshen(model)
        let release = try self.release(release, of: model)
        let input = self.input(model, release, words: [:])
        let key = Self.key(model, release)
        let made = RequestMap.make(input, previous: self.slices[key]?.plane)
        self.slices[key]?.plane = made?.plane
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

    // MARK: Discovery

    /// In the background: when a release has grown by a tenth since the last time.
    func discoverSlices(of model: String) async throws(StoreError) -> Bool {
        guard let collection = self.collections[model], collection.backlog == 0,
            let release = collection.table.newestRelease, self.isBehind(model, release, growth: 1.1)
        else { return false }
        try await self.discover(model, release)
        return true
    }

    private static func key(_ model: String, _ release: Int64) -> String { "\(release) \(model)" }

    private func isBehind(_ model: String, _ release: Int64, growth: Double) -> Bool {
        let pairs = self.collections[model]?.table.pairCount(of: release) ?? 0
        guard let state = self.slices[Self.key(model, release)] else { return pairs > 0 }
        return pairs != state.pairs && Double(pairs) >= Double(state.pairs) * growth
    }

    private func discover(_ model: String, _ release: Int64) async throws(StoreError) {
        guard let collection = self.collections[model] else { return }
        let rows = collection.table.newestRows(of: release, limit: Self.sliceLimit)
        var words: [Int64: [String]] = [:]
        var start = 0
        while start < rows.count {
            let part = Array(rows[start..<min(rows.count, start + Self.contentPage)])
            for item in try await self.contents(of: part, in: model) {
                if let text = item.contents.request.text { words[item.pair.summary.id] = RequestWords.of(text) }
            }
            start += Self.contentPage
            await Task.yield()
        }
        let pairs = collection.table.pairCount(of: release)
        let result = SliceDiscovery(self.input(model, release, words: words)).run()
        let key = Self.key(model, release)
        self.slices[key] = SliceState(
            release: release,
            findings: result.findings,
            members: result.members.mapValues(Set.init),
            spaces: try await self.compareSpaces(model, rows),
            pairs: pairs,
            plane: self.slices[key]?.plane
        )
        if release == collection.table.newestRelease { self.published.publish(result.findings, model, release) }
        // Of a model the newest releases' are kept.
        let known = self.slices.filter { $0.key.hasSuffix(" \(model)") }.values.map(\.release).sorted(by: >)
        for old in known.dropFirst(Self.retained) { self.slices[Self.key(model, old)] = nil }
    }

    private func input(_ model: String, _ release: Int64, words: [Int64: [String]]) -> SliceInput {
        guard let collection = self.collections[model] else { return SliceInput(pairs: []) }
        let table = collection.table
        let rows = table.newestRows(of: release, limit: Self.sliceLimit)
        let space = [SpaceName.Kind.text, .numbers].lazy.compactMap { collection.spaces[SpaceName(.requests, $0)] }
            .first { $0.index.count > 0 }
        let dimension = space?.identity.dimension ?? 0
        var vectors: [Float] = []
        vectors.reserveCapacity(rows.count * dimension)
        let blank = [Float](repeating: 0, count: dimension)
        var pairs: [SlicePair] = []
        var isDeterministic = true
        for row in rows {
            let place = Int(row)
            let noise = table.noises[place]
            if noise > 0 { isDeterministic = false }
            pairs.append(
                SlicePair(
                    id: table.ids[place],
                    divergence: Double(table.divergences[place]),
                    noise: noise.isNaN ? nil : Double(noise),
                    diverged: table.isDiverged(place),
                    live: table.liveOutcome(place),
                    candidate: table.candidateOutcome(place),
                    segments: table.segments(place),
                    words: words[table.ids[place]] ?? []
                )
            )
            if dimension > 0 { vectors += space?.vector(of: row) ?? blank }
        }
        return SliceInput(
            pairs: pairs,
            vectors: vectors,
            dimension: dimension,
            margin: self.options.sliceMargin(model),
            isDeterministic: isDeterministic
        )
    }

    // MARK: Membership

    func members(of slice: String, _ model: String, _ release: Int64?) throws(ControlError) -> Set<Int64> {
        let release = try self.release(release, of: model)
        guard let state = self.slices[Self.key(model, release)] else {
            throw ControlError(.notReady, "the slices of release \(release) are not known yet; ask for slices first")
        }
        guard let members = state.members[slice] else {
            throw ControlError(
                .notFound,
                "release \(release) has no slice `\(slice)`; it has \(state.findings.slices.prefix(5).map(\.id).joined(separator: ", "))"
            )
        }
        return members
    }

    /// The best slice the pair lies in.
    func slice(of id: Int64, _ model: String, _ release: Int64?) -> String? {
        guard let release = try? self.release(release, of: model), let state = self.slices[Self.key(model, release)]
        else {
            return nil
        }
        return state.findings.slices.first { state.members[$0.id]?.contains(id) ?? false }?.id
    }

    func sliceCounts(of hits: [SearchHit], _ model: String, _ release: Int64?) -> [SearchDocument.SliceCount] {
        guard let release = try? self.release(release, of: model), let state = self.slices[Self.key(model, release)]
        else {
            return []
        }
        let counts = state.findings.slices.enumerated().compactMap {
            place,
            slice -> (Int, SearchDocument.SliceCount)? in
            let count = hits.count { state.members[slice.id]?.contains($0.pair.id) ?? false }
            return count == 0 ? nil : (place, .init(id: slice.id, label: slice.label, hits: count))
        }
        return counts.sorted { ($1.1.hits, $0.0) < ($0.1.hits, $1.0) }.map(\.1)
    }

    /// What the gate looks at: as it was found last, without waiting.
    package nonisolated func findings(
        model: String,
        release: Int64
    ) -> (slices: SliceFindings?, coverage: CoverageFinding?) { self.published.of(model, release) }
}
