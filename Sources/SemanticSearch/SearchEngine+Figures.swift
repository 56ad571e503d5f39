package import ServingCore

extension SearchEngine: SemanticSearching {
    package nonisolated var taskExecutor: any TaskExecutor { self.executor }

    package nonisolated func figures() -> SearchFigures { self.published.figures }

    func publishFigures() {
        var figures = SearchFigures()
        let now = self.options.now()
        for (model, collection) in self.collections {
            var entry = SearchFigures.Model()
            entry.pairs = collection.table.count
            entry.backlog = collection.backlog
            entry.sentenceBacklog = self.sentenceQueue[model]?.count ?? 0
            if let oldest = collection.pending.min() { entry.lag = max(0, now - oldest) }
            for (name, space) in collection.spaces where space.index.count > 0 {
                entry.vectors[name.text] = space.index.count
                entry.bytes += space.index.bytes
            }
            figures.models[model] = entry
        }
        self.published.figures = figures
    }

    /// Room for what an archive holds beside its arrays' elements.
    private static let archiveMargin = 1 << 16

    package func archive(model: String, release: Int64?, limit: Int) async throws(ControlError) -> VectorArchive {
        let limits = VectorArchive.limits
        guard limits.contains(limit) else {
            throw ControlError(
                .invalidRequest,
                "a limit of \(limit) was asked for; \(limits.lowerBound) to \(limits.upperBound) is possible"
            )
        }
        guard self.archive == nil else {
            throw ControlError(.notReady, "vectors are being exported already; ask again when that has ended")
        }
        let ticket = ArchiveTicket()
        self.archive = ticket
        try await self.freshen(model)
        let release = try self.release(release, of: model)
        let ids = self.collections[model]?.table.newestIDs(of: release, limit: limit) ?? []
        let excerpts = try await self.reading { () async throws(StoreError) in try await self.excerpts(of: ids) }
        guard let (rows, columns) = self.collections[model]?.archive(excerpts) else { throw Self.nothingKept(model) }
        guard rows * columns.reduce(0, { $0 + $1.byteCount }) < NumPyArchive.mostBytes - Self.archiveMargin else {
            throw ControlError(
                .invalidRequest,
                "the vectors of \(rows) pairs take more than the 4 GiB of an archive; export fewer at a time"
            )
        }
        let writer = ArchiveWriter(rows: rows, columns: columns, ticket: ticket, executor: self.executor)
        return VectorArchive(release: release, pairs: rows) { try await writer.next() }
    }

    func excerpts(of ids: [Int64]) async throws(StoreError) -> [SlicesDocument.Excerpt] {
        var excerpts: [SlicesDocument.Excerpt] = []
        try await self.forEachPair(ids) { pair, body in
            let contents = PairContents(body)
            excerpts.append(
                SlicesDocument.Excerpt(
                    id: pair.id,
                    request: contents.request.excerpt,
                    live: contents.live.excerpt,
                    candidate: contents.candidate.excerpt
                )
            )
        }
        return excerpts
    }
}
