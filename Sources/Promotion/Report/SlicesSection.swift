package import SemanticSearch
package import ServingCore

/// What search has found out about the requests of a report's release: parts of the traffic, coverage, spaces and a map.
package struct SlicesSection: Sendable, Codable, Equatable {
    package static let pointLimit = 2_000

    package var document: SlicesDocument
    /// At most 2,000 of the requests, chosen evenly by id; nil when there are too few for one.
    package var map: RequestMap?
    /// How many requests the map was made of.
    package var mapped: Int

    package init(_ document: SlicesDocument, map: RequestMap?) {
        self.document = document
        self.map = map.map { Self.thinned($0) }
        self.mapped = map?.ids.count ?? 0
    }

    /// Nil without search, when it has nothing to say of `release`, and when it has said nothing within `limit`: search gets
    /// the processor when nobody else wants it, and a report can do without. What it has begun it goes on with, for the next
    /// report.
    package static func found(
        for release: Release,
        by search: (any SemanticSearching)?,
        within limit: Duration = .seconds(5)
    ) async -> SlicesSection? {
        guard let search else { return nil }
        // A task group would wait for the slower of the two.
        let (sections, first) = AsyncStream.makeStream(of: SlicesSection?.self)
        let asking = Task { first.yield(await Self.section(for: release, by: search)) }
        let waiting = Task {
            try? await Task.sleep(for: limit)
            first.yield(nil)
        }
        defer {
            asking.cancel()
            waiting.cancel()
        }
        for await section in sections { return section }
        return nil
    }

    private static func section(for release: Release, by search: any SemanticSearching) async -> SlicesSection? {
        guard let document = try? await search.slices(model: release.model, release: release.id),
            document.release == release.id, !Task.isCancelled
        else { return nil }
        let map = try? await search.map(model: release.model, release: release.id)
        return SlicesSection(document, map: map?.map)
    }

    private static func thinned(_ map: RequestMap) -> RequestMap {
        let count = min(map.ids.count, map.x.count, map.y.count, map.divergence.count)
        let order = (0..<count).sorted { (map.ids[$0], $0) < (map.ids[$1], $1) }
        let kept = min(count, self.pointLimit)
        let places = (0..<kept).map { order[$0 * count / kept] }
        return RequestMap(
            ids: places.map { map.ids[$0] },
            x: places.map { map.x[$0] },
            y: places.map { map.y[$0] },
            divergence: places.map { map.divergence[$0] },
            explained: map.explained
        )
    }
}
