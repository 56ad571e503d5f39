import Capture
import Comparison
import ServingCore

/// When the recurring parts of the engine's work are due; microseconds.
struct Timers: Sendable {
    var models: Int64 = .min
    var pairs: Int64 = .min
    var expiry: Int64 = .min
    var save: Int64 = .min

    /// True, and due again after `interval`, when `time` has come.
    static func isDue(_ time: inout Int64, _ now: Int64, every interval: Int64) -> Bool {
        guard now >= time else { return false }
        time = now + interval
        return true
    }
}

extension SearchEngine {
    /// Pairs may be stored a little later than newer ones.
    private static let disorder: Int64 = 8_000_000
    private static let shortDisorder: Int64 = 1_000_000
    private static let page = 1_000
    private static let batch = 64
    private static let sentenceBatch = 8

    // MARK: What there is

    func refreshWhenDue() async throws(StoreError) {
        let now = self.options.now()
        if Timers.isDue(&self.timers.models, now, every: 2_000_000) {
            for model in Set(try await self.store.releases(model: nil, limit: 1_000).map(\.model))
            where self.collections[model] == nil {
                try await self.open(model)
            }
        }
        if Timers.isDue(&self.timers.pairs, now, every: 500_000) {
            for model in self.collections.keys.sorted() { try await self.refresh(model) }
            self.publishFigures()
        }
        if Timers.isDue(&self.timers.expiry, now, every: 30_000_000) {
            for model in self.collections.keys.sorted() { try await self.expire(model) }
        }
        if Timers.isDue(&self.timers.save, now, every: 10_000_000) { self.save() }
    }

    /// Takes up new pairs of the model.
    func refresh(_ model: String) async throws(StoreError) {
        let settled = self.settled[model] ?? .min
        var query = PairQuery(model: model, limit: Self.page)
        query.from = settled == .min ? nil : settled - Self.disorder
        var newest: Int64?
        while true {
            let page = try await self.store.pairs(query)
            guard var collection = self.collections[model] else { return }
            newest = newest ?? page.first?.id
            var isNews = false
            for pair in page.reversed() where collection.append(pair) { isNews = true }
            self.collections[model] = collection
            guard page.count == Self.page, let last = page.last?.id, collection.table.pairCount < self.options.pairs,
                isNews || last > settled - Self.shortDisorder
            else { break }
            query.before = last
        }
        self.settled[model] = max(settled, newest ?? settled)
        self.dropOldest(of: model)
        self.collections[model]?.arrangePending()
    }

    /// Beyond the limit, a tenth at a time.
    private func dropOldest(of model: String) {
        guard let collection = self.collections[model], collection.table.pairCount > self.options.pairs else { return }
        let ids = collection.table.ids.indices.lazy.filter { collection.table.isThere($0) }.map {
            collection.table.ids[$0]
        }
        let surplus = collection.table.pairCount - self.options.pairs * 9 / 10
        self.collections[model]?.remove(Array(ids.sorted().prefix(surplus)))
    }

    /// What the store has let go of goes here too, from the files as well.
    func expire(_ model: String) async throws(StoreError) {
        guard let collection = self.collections[model] else { return }
        let ids = collection.table.ids.indices.filter { collection.table.isThere($0) }.map { collection.table.ids[$0] }
        var gone: [Int64] = []
        let sorted = ids.sorted()
        var start = 0
        while start < sorted.count {
            let part = Array(sorted[start..<min(sorted.count, start + Self.page)])
            let stored = try await self.store.stored(among: part)
            let missing = part.filter { !stored.contains($0) }
            // Retention takes the oldest first.
            if missing.isEmpty { break }
            gone += missing
            start += Self.page
        }
        guard !gone.isEmpty else { return }
        self.collections[model]?.remove(gone)
        if let words = self.words {
            try await words.remove(gone)
            try await words.compact()
        }
        self.save()
    }

    // MARK: Vectors

    func embedNext(of model: String) async throws(StoreError) -> Bool {
        guard let rows = self.collections[model]?.takePending(Self.batch), !rows.isEmpty else {
            return self.collections[model]?.settleFits() ?? false
        }
        let pairs: [(row: UInt32, pair: CapturedPair, contents: PairContents)]
        do throws(StoreError) {
            pairs = try await self.contents(of: rows, in: model)
        } catch {
            self.collections[model]?.putBack(rows)
            throw error
        }
        try await self.addWords(pairs, model)
        do throws(EmbeddingError) {
            try self.collections[model]?.embed(
                pairs.map { ($0.row, $0.contents) },
                texts: self.texts,
                cache: &self.textCache
            )
        } catch {
            self.note("texts", "texts of model \(model) cannot be embedded: \(error)")
        }
        let found = Set(pairs.map(\.row))
        let missing = rows.filter { !found.contains($0) }
        if !missing.isEmpty, let table = self.collections[model]?.table {
            self.collections[model]?.remove(missing.map { table.ids[Int($0)] })
        }
        return true
    }

    /// Those of the rows whose pairs are still kept and can be read.
    func contents(
        of rows: [UInt32],
        in model: String
    ) async throws(StoreError) -> [(row: UInt32, pair: CapturedPair, contents: PairContents)] {
        guard let table = self.collections[model]?.table else { return [] }
        var found: [(row: UInt32, pair: CapturedPair, contents: PairContents)] = []
        var ids = rows.map { table.ids[Int($0)] }
        while !ids.isEmpty {
            // A page of large pairs is shorter than what was asked for.
            let pairs = try await self.store.pairs(ids)
            for pair in pairs {
                guard let row = table.row(of: pair.summary.id), let body = try? PairBody(decoding: pair.body) else {
                    continue
                }
                found.append((row, pair, PairContents(body)))
            }
            guard let last = pairs.last?.summary.id, let place = ids.firstIndex(of: last) else { break }
            ids.removeFirst(place + 1)
        }
        return found
    }

    private func addWords(
        _ pairs: [(row: UInt32, pair: CapturedPair, contents: PairContents)],
        _ model: String
    ) async throws(StoreError) {
        guard let words = self.words else { return }
        var entries: [WordEntry] = []
        for (_, pair, contents) in pairs {
            for (field, text) in [
                (WordField.request, contents.request.text), (.live, contents.live.text),
                (.candidate, contents.candidate.text),
            ] {
                guard let text else { continue }
                entries.append(WordEntry(id: pair.summary.id, field: field, text: text))
            }
        }
        if !entries.isEmpty { try await words.add(entries, model: model) }
    }

    // MARK: Sentences

    /// The most divergent first, then a sample; of small collections all.
    func embedSentences(of model: String) async throws(StoreError) -> Bool {
        guard let embedder = self.sentences, let collection = self.collections[model],
            collection.spaces[SpaceName(.requests, .text)] != nil || collection.spaces[SpaceName(.live, .text)] != nil
        else { return false }
        if self.sentenceQueue[model]?.isEmpty ?? true {
            self.sentenceQueue[model] = collection.rowsForSentences(limit: self.options.sentences)
        }
        guard let rows = self.sentenceQueue[model]?.suffix(Self.sentenceBatch), !rows.isEmpty else { return false }
        self.sentenceQueue[model]?.removeLast(rows.count)
        let pairs = try await self.contents(of: Array(rows), in: model).map { ($0.row, $0.contents) }
        do throws(EmbeddingError) {
            try self.collections[model]?.embedSentences(pairs, by: embedder, cache: &self.sentenceCache)
        } catch {
            self.note("sentences", "texts of model \(model) cannot be embedded by \(embedder.identity.name): \(error)")
            return false
        }
        return true
    }

    /// True when it has done something.
    func maintain(_ model: String) -> Bool {
        guard let spaces = self.collections[model]?.spaces else { return false }
        for name in spaces.keys.sorted() where spaces[name]?.index.maintain() == true { return true }
        return false
    }
}

extension Collection {
    /// One pair in 16 belongs to the sample, by its id.
    private func isSampled(_ row: UInt32) -> Bool {
        (UInt64(bitPattern: self.table.ids[Int(row)]) &* 0x9E37_79B9_7F4A_7C15) >> 60 == 0
    }

    /// Collections up to this size are embedded whole.
    private static let whole = 5_000

    /// Rows that the sentence model has not embedded, the next one last.
    func rowsForSentences(limit: Int) -> [UInt32] {
        let requests = self.spaces[SpaceName(.requests, .sentence)]
        let answers = self.spaces[SpaceName(.live, .sentence)]
        let done = max(requests?.lookedAt ?? 0, answers?.lookedAt ?? 0)
        guard done < limit else { return [] }
        let isWhole = self.table.pairCount <= Self.whole
        var (divergent, sample): ([UInt32], [UInt32]) = ([], [])
        for row in 0..<UInt32(clamping: self.table.count) where self.table.isThere(Int(row)) && self.indexed[Int(row)] {
            let isDone = (requests ?? answers)?.key(of: row) ?? Space.unknown != Space.unknown
            guard !isDone else { continue }
            if self.table.isDiverged(Int(row)) {
                divergent.append(row)
            } else if isWhole || self.isSampled(row) {
                sample.append(row)
            }
        }
        divergent.sort { self.table.divergences[Int($0)] < self.table.divergences[Int($1)] }
        return Array((sample + divergent).suffix(limit - done))
    }
}
