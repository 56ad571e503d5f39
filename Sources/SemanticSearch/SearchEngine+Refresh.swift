import ServingCore

/// When the recurring parts of the engine's work are due; microseconds.
struct Timers: Sendable {
    var models: Int64 = .min
    var pairs: Int64 = .min
    var expiry: Int64 = .min
    var save: Int64 = .min
    /// When the sentence model failed.
    var sentenceFailure: Int64?

    /// True, and due again after `interval`, when `time` has come. A clock that was set back holds nothing up.
    static func isDue(_ time: inout Int64, _ now: Int64, every interval: Int64) -> Bool {
        guard now >= time || time - now > interval else { return false }
        time = now + interval
        return true
    }
}

/// What there is to search in: which pairs come and go.
extension SearchEngine {
    /// Pairs may be stored a little later than newer ones.
    private static let disorder: Int64 = 8_000_000
    private static let shortDisorder: Int64 = 1_000_000
    private static let page = 1_000

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
            try await self.forgetModels()
        }
        if Timers.isDue(&self.timers.save, now, every: 10_000_000) { self.save() }
    }

    /// Takes up new pairs of the model. Several may do so at once.
    func refresh(_ model: String) async throws(StoreError) {
        let settled = self.settled[model] ?? 0
        var query = PairQuery(model: model, limit: Self.page)
        query.from = settled - Self.disorder
        var newest = settled
        var read = 0
        var hasNews = false
        while read < self.options.pairs {
            let page = try await self.store.pairs(query)
            read += page.count
            newest = max(newest, page.first?.id ?? newest)
            var isNews = false
            for pair in page.reversed() where self.collections[model]?.append(pair) == true { isNews = true }
            hasNews = hasNews || isNews
            guard page.count == Self.page, let last = page.last?.id, isNews || last > settled - Self.shortDisorder
            else { break }
            query.before = last
        }
        self.settled[model] = max(self.settled[model] ?? 0, newest)
        if self.collections[model]?.table.count ?? 0 > self.options.pairs {
            // A tenth at a time.
            self.collections[model]?.dropOldest(leaving: self.options.pairs * 9 / 10)
        }
        if hasNews { self.collections[model]?.arrangePending() }
        self.published.publish(newest: self.collections[model]?.table.newestRelease, model)
    }

    /// What the store has let go of goes here too, from the files as well.
    private func expire(_ model: String) async throws(StoreError) {
        guard let ids = self.collections[model]?.table.ids.sorted() else { return }
        var gone: [Int64] = []
        var start = 0
        while start < ids.count {
            let part = Array(ids[start..<min(ids.count, start + Self.page)])
            let stored = try await self.store.stored(among: part)
            let missing = part.filter { !stored.contains($0) }
            // Retention takes the oldest first.
            if missing.isEmpty { break }
            gone += missing
            start += Self.page
        }
        if !gone.isEmpty {
            self.collections[model]?.remove(gone)
            self.save()
        }
        await self.removeWords(of: model, before: self.collections[model]?.table.oldest ?? .max)
    }

    /// Nothing is left of models that the store knows no more, for instance because it was begun anew.
    private func forgetModels() async throws(StoreError) {
        var names = Set(self.options.folder.map { AtomicFile.names(in: $0) } ?? [])
        if let words = self.words {
            do throws(StoreError) {
                names.formUnion(try await words.models())
            } catch {
                self.note("words of models that are gone are not looked for: \(error)")
            }
        }
        for model in names where self.collections[model] == nil {
            let isGone = try await self.store.releases(model: model, limit: 1).isEmpty
            guard isGone, self.collections[model] == nil else { continue }
            self.removeFiles(of: model)
            await self.removeWords(of: model, before: .max)
        }
    }

    /// What fails is done the next time.
    private func removeWords(of model: String, before id: Int64) async {
        guard let words = self.words else { return }
        do throws(StoreError) {
            if try await words.removePairs(of: model, before: id) { try await words.compact() }
        } catch {
            self.note("words of removed pairs are still in the files: \(error)")
        }
    }
}
