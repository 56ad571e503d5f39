package import ServingCore

extension SearchEngine: SemanticSearching {
    /// Of one archive.
    private static let exportLimits = 1...100_000

    package nonisolated func figures() -> SearchFigures { self.published.figures }

    func publishFigures() {
        var figures = SearchFigures()
        let now = self.options.now()
        for (model, collection) in self.collections {
            var entry = SearchFigures.Model()
            entry.pairs = collection.table.pairCount
            entry.backlog = collection.backlog
            if let oldest = collection.pending.lazy.map({ collection.table.ids[Int($0)] }).min() {
                entry.lag = max(0, now - oldest)
            }
            for (name, space) in collection.spaces where space.index.count > 0 {
                entry.vectors[name.text] = space.index.count
                entry.bytes += space.index.bytes
            }
            figures.models[model] = entry
        }
        self.published.figures = figures
    }

    package func vectors(model: String, release: Int64?, limit: Int) async throws(ControlError) -> [UInt8] {
        guard Self.exportLimits.contains(limit) else {
            throw ControlError(.invalidRequest, "a limit of \(limit) was asked for; 1 to 100000 is possible")
        }
        try await self.freshen(model)
        let release = try self.release(release, of: model)
        guard let collection = self.collections[model] else { throw Self.nothingKept(model) }
        let rows = collection.table.newestRows(of: release, limit: limit)
        let found = try await self.reading { () async throws(StoreError) in
            var excerpts: [UInt32: (request: String, live: String, candidate: String)] = [:]
            var start = 0
            while start < rows.count {
                let part = Array(rows[start..<min(rows.count, start + 256)])
                for item in try await self.contents(of: part, in: model) {
                    excerpts[item.row] = (
                        Self.excerpt(item.contents.request), Self.excerpt(item.contents.live),
                        Self.excerpt(item.contents.candidate)
                    )
                }
                start += 256
            }
            return excerpts
        }
        do throws(NumPyArchiveError) {
            return try collection.archive(rows.filter { found[$0] != nil }, excerpts: found)
        } catch {
            throw ControlError(.invalidRequest, "the vectors cannot be written as NumPy: \(error)")
        }
    }
}

extension Collection {
    /// `id`, `divergence`, `diverged`, the beginnings of the texts, and for each space `<space>` with a row a pair, zeros
    /// where it has no vector.
    func archive(
        _ rows: [UInt32],
        excerpts: [UInt32: (request: String, live: String, candidate: String)]
    ) throws(NumPyArchiveError) -> [UInt8] {
        var archive = NumPyArchive()
        var bytes: [UInt8] = []
        let places = rows.map { Int($0) }
        try archive.begin("id", .int64, shape: [rows.count])
        try archive.append(places.map { self.table.ids[$0] })
        try archive.begin("divergence", .float64, shape: [rows.count])
        try archive.append(places.map { Double(self.table.divergences[$0]) })
        try archive.begin("diverged", .int64, shape: [rows.count])
        try archive.append(places.map { self.table.isDiverged($0) ? Int64(1) : 0 })
        let texts: [(String, [String])] = [
            ("request", rows.map { excerpts[$0]?.request ?? "" }), ("live", rows.map { excerpts[$0]?.live ?? "" }),
            ("candidate", rows.map { excerpts[$0]?.candidate ?? "" }),
        ]
        for (name, values) in texts {
            let longest = values.map(\.unicodeScalars.count).max() ?? 0
            try archive.begin(name, .text(scalars: max(1, longest)), shape: [rows.count])
            try archive.append(values)
            bytes += archive.take()
        }
        for name in self.spaces.keys.sorted() {
            guard let space = self.spaces[name], space.index.count > 0 else { continue }
            let blank = [Float](repeating: 0, count: space.identity.dimension)
            try archive.begin(name.text, .float32, shape: [rows.count, space.identity.dimension])
            for row in rows { try archive.append(space.vector(of: row) ?? blank) }
            bytes += archive.take()
        }
        try archive.finish()
        return bytes + archive.take()
    }
}
