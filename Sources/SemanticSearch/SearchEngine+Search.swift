import Capture
import Comparison
package import ServingCore

extension SearchEngine {
    /// What the static embedder found of which the sentence model ranks.
    private static let candidates = 100
    /// Texts that the sentence model embeds for one search, some milliseconds each; the rest keeps its place behind them.
    private static let embeddedAtOnce = 16
    /// Rows embedded before an answer, so that what has just been stored is found.
    private static let freshening = 8

    package nonisolated func search(_ query: SearchQuery) async throws(ControlError) -> SearchDocument {
        self.questions.begin()
        defer { self.questions.end() }
        return try await self.answer(query)
    }

    /// One after the other, in the order in which they came: all at once, each would wait for all.
    private func answer(_ query: SearchQuery) async throws(ControlError) -> SearchDocument {
        if self.isAnswering {
            await withCheckedContinuation { self.queue.append($0) }
        }
        self.isAnswering = true
        defer {
            self.isAnswering = !self.queue.isEmpty
            if self.isAnswering { self.queue.removeFirst().resume() }
        }
        let limits = SearchQuery.limits
        guard limits.contains(query.limit) else {
            throw ControlError(
                .invalidRequest,
                "a limit of \(query.limit) was asked for; \(limits.lowerBound) to \(limits.upperBound) is possible"
            )
        }
        try await self.freshen(query.model)
        let scope = try await self.scope(query)
        var document = SearchDocument(model: query.model, field: query.field)
        document.indexed = scope.collection.indexed.count { $0 }
        document.backlog = scope.collection.backlog
        document.searched = scope.rows.count { scope.collection.indexed[Int($0)] }
        let ranking = try await self.rank(query, scope)
        if query.precision == .precise, let space = scope.collection.spaces[ranking.space] {
            document.searched = scope.rows.count { space.key(of: $0) != Space.unknown }
        }
        document.embedder = ranking.embedder
        document.note = scope.note ?? ranking.note
        document.hits = try await self.hits(ranking, query, scope)
        document.slices = self.state(query.model, query.filter.release)?.counts(of: document.hits) ?? []
        return document
    }

    /// Brings the index up to the newest pairs, if that takes a moment only.
    func freshen(_ model: String) async throws(ControlError) {
        try await self.reading { () async throws(StoreError) in
            if self.collections[model] == nil {
                guard try await !self.store.releases(model: model, limit: 1).isEmpty else { return }
                try await self.open(model)
            }
            try await self.refresh(model)
            for _ in 0..<Self.freshening where self.collections[model]?.backlog ?? 0 > 0 {
                _ = try await self.embedNext(of: model)
            }
            if self.collections[model]?.settleFits() == true {
                for _ in 0..<Self.freshening { _ = try await self.embedNext(of: model) }
            }
        }
        guard self.collections[model]?.table.count ?? 0 > 0 else {
            throw ControlError(
                .notFound,
                "no pairs of model `\(model)` are kept to search in: search needs a trial, a share of traffic that is mirrored, "
                    + "and captures in mode full or redacted"
            )
        }
    }

    /// The rows a query may find.
    struct Scope {
        var collection: Collection
        var rows: [UInt32]
        /// Nil: all.
        var filter: [UInt32]?
        /// Why there is nothing to find, if that is clear.
        var note: String?
    }

    private func scope(_ query: SearchQuery) async throws(ControlError) -> Scope {
        var members: Set<Int64>?
        if let slice = query.filter.slice {
            members = try await self.members(of: slice, query.model, query.filter.release)
        }
        guard let collection = self.collections[query.model] else { throw Self.nothingKept(query.model) }
        let table = collection.table
        if let release = query.filter.release { _ = try self.release(release, of: query.model) }
        var rows = table.rows(matching: query.filter)
        if let members { rows = rows.filter { members.contains(table.ids[Int($0)]) } }
        var scope = Scope(collection: collection, rows: rows, filter: rows.count == table.count ? nil : rows)
        if let segment = query.filter.segment, rows.isEmpty, !table.hasPairs(of: segment) {
            scope.note = "no kept pair is of segment \(segment.key)=\(segment.value)"
        }
        return scope
    }

    static func nothingKept(_ model: String) -> ControlError {
        ControlError(.notFound, "no pairs of model `\(model)` are kept")
    }

    // MARK: Ranking

    /// Keys of one space, best first.
    struct Ranking {
        var space: SpaceName
        var embedder: EmbedderIdentity?
        var items: [Item] = []
        var note: String?

        struct Item {
            var key: UInt32
            var similarity: Double?
            var matchesWords = false
        }
    }

    private func rank(_ query: SearchQuery, _ scope: Scope) async throws(ControlError) -> Ranking {
        switch query.subject {
        case .text(let text): try await self.rank(text, query, scope)
        case .pair(let id): try await self.rank(pair: id, query, scope)
        case .vector(let vector): try self.rank(vector, query, scope)
        }
    }

    private func rank(_ text: String, _ query: SearchQuery, _ scope: Scope) async throws(ControlError) -> Ranking {
        guard let texts = self.texts else {
            throw ControlError(.notReady, "texts cannot be searched: no embedder is there; search by pair or by vector")
        }
        let name = SpaceName(query.field, .text)
        guard let space = scope.collection.spaces[name], space.index.count > 0 else {
            let kinds = SpaceName.Kind.allCases.filter {
                scope.collection.spaces[SpaceName(query.field, $0)]?.index.count ?? 0 > 0
            }
            throw ControlError(
                .invalidRequest,
                kinds.isEmpty
                    ? "there is nothing to compare in \(query.field.rawValue) yet"
                    : "\(query.field.rawValue) of model `\(query.model)` are numbers: search by pair or by vector"
            )
        }
        if query.precision == .precise { return try self.rankPrecisely(text, query, scope) }
        let vector = try Self.embedding { () throws(EmbeddingError) in try texts.embedQueries([text]) }
        let isMeaningful = vector.contains { $0 != 0 }
        let count = query.precision == .auto ? max(Self.candidates, query.limit) : query.limit
        let found = isMeaningful ? space.nearest(count, to: vector, among: scope.filter) : []
        var ranking = Ranking(space: name, embedder: texts.identity)
        ranking.items = found.map { .init(key: $0.key, similarity: Double($0.similarity)) }
        if !isMeaningful { ranking.note = "the text has no word to compare by meaning" }
        if query.precision == .auto, query.field != .change, self.sentences != nil, isMeaningful {
            ranking = try await self.rerank(ranking, text, query, scope)
        }
        return query.usesWords && query.field != .change
            ? await self.addWords(ranking, text, query, scope) : ranking
    }

    private func rankPrecisely(_ text: String, _ query: SearchQuery, _ scope: Scope) throws(ControlError) -> Ranking {
        let name = SpaceName(query.field, .sentence)
        guard let sentences = self.sentences, let space = scope.collection.spaces[name], space.index.count > 0 else {
            throw ControlError(
                .notReady,
                "the sentence model has embedded nothing here yet; search with precision volume or auto"
            )
        }
        let vector = try Self.embedding { () throws(EmbeddingError) in try sentences.embedQueries([text]) }
        var ranking = Ranking(space: name, embedder: sentences.identity)
        ranking.items = space.nearest(query.limit, to: vector, among: scope.filter).map {
            .init(key: $0.key, similarity: Double($0.similarity))
        }
        let embedded = space.lookedAt
        ranking.note = "the sentence model has embedded \(embedded) of \(scope.collection.table.count) pairs"
        return ranking
    }

    /// The sentence model puts what was found in order, by the vectors it has; of the other texts it embeds the nearest
    /// now. What is left follows in the order it was found in, without a similarity.
    private func rerank(
        _ ranking: Ranking,
        _ text: String,
        _ query: SearchQuery,
        _ scope: Scope
    ) async throws(ControlError) -> Ranking {
        guard let sentences = self.sentences else { return ranking }
        let rows = self.representatives(ranking, scope)
        var vectors = self.knownVectors(ranking, rows, query, scope)
        let missing = ranking.items.map(\.key).filter { vectors[$0] == nil }.prefix(Self.embeddedAtOnce)
        let table = scope.collection.table
        let ids = missing.compactMap { key in rows[key].map { table.ids[Int($0.row)] } }
        var texts: [Int64: String] = [:]
        try await self.reading { () async throws(StoreError) in
            try await self.forEachPair(ids) { texts[$0.id] = PairContents($1).text(of: query.field) }
        }
        let subject: [Float]
        do throws(EmbeddingError) {
            let hash = scope.collection.contentHash
            let embedded = try TextVectors(Array(texts.values), by: sentences, hash, &self.sentenceCache)
            for key in missing {
                guard let row = rows[key]?.row, let text = texts[table.ids[Int(row)]] else { continue }
                vectors[key] = embedded[hash.of(text)]
            }
            subject = try sentences.embedQueries([text])
        } catch {
            var ranking = ranking
            ranking.note = "ranked by the static embedder alone: \(error)"
            return ranking
        }
        guard subject.contains(where: { $0 != 0 }) else { return ranking }
        var result = Ranking(space: ranking.space, embedder: sentences.identity)
        for (key, vector) in vectors {
            let similarity = zip(subject, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            result.items.append(.init(key: key, similarity: Double(similarity)))
        }
        result.items.sort { ($0.similarity ?? -1, $1.key) > ($1.similarity ?? -1, $0.key) }
        result.items += ranking.items.filter { vectors[$0.key] == nil }.map { .init(key: $0.key, similarity: nil) }
        return result
    }

    /// Of what was found, by key, what the sentence model has embedded already.
    private func knownVectors(
        _ ranking: Ranking,
        _ rows: [UInt32: (row: UInt32, count: Int)],
        _ query: SearchQuery,
        _ scope: Scope
    ) -> [UInt32: [Float]] {
        guard let space = scope.collection.spaces[SpaceName(query.field, .sentence)] else { return [:] }
        var vectors: [UInt32: [Float]] = [:]
        for item in ranking.items { vectors[item.key] = rows[item.key].flatMap { space.vector(of: $0.row) } }
        return vectors
    }

    private func rank(pair id: Int64, _ query: SearchQuery, _ scope: Scope) async throws(ControlError) -> Ranking {
        guard let row = scope.collection.table.row(of: id) else {
            throw ControlError(
                .notFound,
                "pair \(id) of model `\(query.model)` is not in the index: it is not kept, or older than the newest "
                    + "\(self.options.pairs)"
            )
        }
        let kinds: [SpaceName.Kind] = query.precision == .precise ? [.sentence] : [.text, .numbers]
        for kind in kinds {
            let name = SpaceName(query.field, kind)
            guard let space = scope.collection.spaces[name], let vector = space.vector(of: row) else { continue }
            var ranking = Ranking(space: name, embedder: space.identity)
            // What points the other way, or nowhere near, is not like the pair.
            ranking.items = space.nearest(query.limit + 1, to: vector, among: scope.filter).compactMap {
                $0.similarity > 0 ? .init(key: $0.key, similarity: Double($0.similarity)) : nil
            }
            return ranking
        }
        var ranking = Ranking(space: SpaceName(query.field, kinds[0]))
        ranking.note =
            query.field == .change
            ? "both versions answered pair \(id) alike: there is no change to look for"
            : "pair \(id) has nothing that can be compared in \(query.field.rawValue)"
                + (query.precision == .precise ? ", or the sentence model has not embedded it yet" : "")
        return ranking
    }

    private func rank(_ vector: [Float], _ query: SearchQuery, _ scope: Scope) throws(ControlError) -> Ranking {
        guard vector.allSatisfy(\.isFinite), vector.contains(where: { $0 != 0 }) else {
            throw ControlError(.invalidRequest, "a vector must have finite values that are not all zero")
        }
        let fit = query.field == .requests ? scope.collection.requestFit : scope.collection.answerFit
        var expected: [String] = []
        for kind in SpaceName.Kind.allCases {
            let name = SpaceName(query.field, kind)
            guard let space = scope.collection.spaces[name], space.index.count > 0 else { continue }
            var subject = vector
            if kind == .numbers, query.field != .change, let embedder = fit.embedder {
                expected.append("\(embedder.width) (as the model sees it)")
                guard vector.count == embedder.width else { continue }
                subject = embedder.embed(vector)
            } else {
                expected.append("\(space.identity.dimension) (\(space.identity.name))")
                guard vector.count == space.identity.dimension else { continue }
            }
            var ranking = Ranking(space: name, embedder: space.identity)
            ranking.items = space.nearest(query.limit, to: subject, among: scope.filter).map {
                .init(key: $0.key, similarity: Double($0.similarity))
            }
            return ranking
        }
        throw ControlError(
            .invalidRequest,
            "a vector of \(vector.count) values cannot be compared with \(query.field.rawValue) of model `\(query.model)`; "
                + (expected.isEmpty
                    ? "there is nothing to compare yet" : "possible are \(expected.joined(separator: ", "))")
        )
    }

    static func embedding(_ body: () throws(EmbeddingError) -> [Float]) throws(ControlError) -> [Float] {
        do throws(EmbeddingError) {
            return try body()
        } catch {
            throw ControlError(.notReady, "the text cannot be embedded: \(error)")
        }
    }

    func reading<Value>(_ body: () async throws(StoreError) -> Value) async throws(ControlError) -> Value {
        do throws(StoreError) {
            return try await body()
        } catch {
            throw ControlError(.storeUnavailable, "the capture database cannot be read at the moment: \(error)")
        }
    }
}

extension PairContents {
    func text(of field: SearchQuery.Field) -> String? {
        switch field {
        case .requests: self.request.text
        case .live: self.live.text
        case .candidate: self.candidate.text
        case .change: nil
        }
    }
}
