import Capture
import Comparison
import ServingCore

extension SearchEngine {
    /// Of reciprocal rank fusion (Cormack et al. 2009).
    private static let fusion = 60.0

    /// For each key of the ranking the most divergent row that has it, the newest of equals, and how many there are.
    func representatives(_ ranking: Ranking, _ scope: Scope) -> [UInt32: (row: UInt32, count: Int)] {
        guard let space = scope.collection.spaces[ranking.space] else { return [:] }
        let table = scope.collection.table
        var found: [UInt32: (row: UInt32, count: Int)] = [:]
        let wanted = Set(ranking.items.map(\.key))
        for row in scope.rows {
            let key = space.key(of: row)
            guard wanted.contains(key) else { continue }
            guard let best = found[key] else {
                found[key] = (row, 1)
                continue
            }
            let (one, other) = (Int(row), Int(best.row))
            let isBetter =
                (table.divergences[one], table.ids[one]) > (table.divergences[other], table.ids[other])
            found[key] = (isBetter ? row : best.row, best.count + 1)
        }
        return found
    }

    /// Merges with what has the query's words by reciprocal rank fusion; keys that only words found have no similarity.
    func addWords(
        _ ranking: Ranking,
        _ text: String,
        _ query: SearchQuery,
        _ scope: Scope
    ) async -> Ranking {
        guard let words = self.words else {
            return ranking.noting("words.db cannot be used: the gateway's log says why")
        }
        guard let space = scope.collection.spaces[ranking.space] else { return ranking }
        let field: WordField = query.field == .requests ? .request : query.field == .live ? .live : .candidate
        let matches: [WordMatch]
        do throws(StoreError) {
            matches = try await words.search(text, model: query.model, fields: [field], limit: 1_000)
        } catch {
            return ranking.noting("\(error)")
        }
        guard !matches.isEmpty else { return ranking }
        let allowed = scope.filter.map(Set.init)
        var keys: [UInt32] = []
        var seen = Set<UInt32>()
        for match in matches {
            guard let row = scope.collection.table.row(of: match.id), allowed?.contains(row) ?? true,
                case let key = space.key(of: row), key < Space.nothing, seen.insert(key).inserted
            else { continue }
            keys.append(key)
        }
        var scores: [UInt32: Double] = [:]
        for (rank, item) in ranking.items.enumerated() {
            scores[item.key, default: 0] += 1 / (Self.fusion + Double(rank) + 1)
        }
        for (rank, key) in keys.enumerated() { scores[key, default: 0] += 1 / (Self.fusion + Double(rank) + 1) }
        let similarities = Dictionary(ranking.items.map { ($0.key, $0.similarity) }) { one, _ in one }
        var merged = ranking
        merged.items = scores.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { key, _ in
            .init(key: key, similarity: similarities[key] ?? nil, matchesWords: seen.contains(key))
        }
        return merged
    }

    /// The first `query.limit` of the ranking whose pairs are still kept.
    func hits(_ ranking: Ranking, _ query: SearchQuery, _ scope: Scope) async throws(ControlError) -> [SearchHit] {
        let rows = self.representatives(ranking, scope)
        var items = ranking.items.filter { rows[$0.key] != nil }
        if case .pair(let id) = query.subject {
            // What is asked about is no answer.
            items.removeAll { item in
                guard let found = rows[item.key] else { return true }
                return found.count == 1 && scope.collection.table.ids[Int(found.row)] == id
            }
        }
        items = Array(items.prefix(query.limit))
        let state = self.state(query.model, query.filter.release)
        let ids = items.compactMap { item in rows[item.key].map { scope.collection.table.ids[Int($0.row)] } }
        var found: [Int64: SearchHit] = [:]
        try await self.reading { () async throws(StoreError) in
            try await self.forEachPair(ids) { pair, body in found[pair.id] = SearchHit(pair, body) }
        }
        return items.compactMap { item in
            guard let (row, count) = rows[item.key], var hit = found[scope.collection.table.ids[Int(row)]] else {
                return nil
            }
            hit.similarity = item.similarity
            hit.matchesWords = item.matchesWords
            hit.pairs = count
            hit.slice = state?.slice(of: hit.pair.id)
            return hit
        }
    }
}

extension SearchEngine.Ranking {
    /// Without exact words, for that reason.
    fileprivate func noting(_ problem: String) -> Self {
        var ranking = self
        ranking.note = [self.note, "exact words could not be searched: \(problem)"].compactMap { $0 }.joined(
            separator: "; "
        )
        return ranking
    }
}

extension SearchHit {
    fileprivate init(_ pair: CapturedPair.Summary, _ body: PairBody) {
        self.init(pair: pair)
        let contents = PairContents(body)
        self.request = contents.request.excerpt
        self.live = contents.live.excerpt
        self.candidate = contents.candidate.excerpt
        self.difference = body.comparison.outputs.max { $0.divergence < $1.divergence }
            .flatMap { $0.divergence > 0 ? DifferenceSentence.of($0) : nil }
    }
}
