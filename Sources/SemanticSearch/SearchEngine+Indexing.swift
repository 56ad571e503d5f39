import Capture
import Comparison
import ServingCore

/// What is made of the pairs: vectors and words.
extension SearchEngine {
    private static let batch = 64
    private static let sentenceBatch = 8
    private static let page = 256
    /// How long the sentence model is left alone after a failure, microseconds.
    private static let pause: Int64 = 60_000_000

    /// Gives those of the pairs that are still kept and can be read to `body`, in this order. Reads them page by page,
    /// however large they are: in between others work on this engine.
    func forEachPair(
        _ ids: [Int64],
        _ body: (CapturedPair.Summary, PairBody) -> Void
    ) async throws(StoreError) {
        var ids = ids[...]
        while !ids.isEmpty {
            let asked = Array(ids.prefix(Self.page))
            let pairs = try await self.store.pairs(asked)
            for pair in pairs {
                if let content = try? PairBody(decoding: pair.body) { body(pair.summary, content) }
            }
            // A page of large pairs is shorter than what was asked for.
            let place = pairs.last.flatMap { asked.firstIndex(of: $0.summary.id) }
            ids = ids.dropFirst(place.map { $0 + 1 } ?? asked.count)
        }
    }

    func embedNext(of model: String) async throws(StoreError) -> Bool {
        guard let ids = self.collections[model]?.takePending(Self.batch), !ids.isEmpty else {
            return self.collections[model]?.settleFits() ?? false
        }
        var pairs: [(id: Int64, contents: PairContents)] = []
        do throws(StoreError) {
            try await self.forEachPair(ids) { pairs.append(($0.id, PairContents($1))) }
        } catch {
            self.collections[model]?.putBack(ids)
            throw error
        }
        await self.addWords(pairs, model)
        do throws(EmbeddingError) {
            try self.collections[model]?.embed(pairs, texts: self.texts, cache: &self.textCache)
        } catch {
            self.note("texts of model \(model) cannot be embedded: \(error)")
        }
        self.collections[model]?.finish(ids)
        return true
    }

    private func addWords(_ pairs: [(id: Int64, contents: PairContents)], _ model: String) async {
        guard let words = self.words else { return }
        var entries: [WordEntry] = []
        for (id, contents) in pairs {
            for (field, text) in [
                (WordField.request, contents.request.text), (.live, contents.live.text),
                (.candidate, contents.candidate.text),
            ] {
                guard let text else { continue }
                entries.append(WordEntry(id: id, field: field, text: text))
            }
        }
        guard !entries.isEmpty else { return }
        do throws(StoreError) {
            try await words.add(entries, model: model)
        } catch {
            self.collections[model]?.lacksWords = true
            self.note("exact words of new pairs of model \(model) cannot be searched: \(error)")
        }
    }

    func embedSentences(of model: String) async throws(StoreError) -> Bool {
        guard let embedder = self.sentences, let collection = self.collections[model],
            collection.spaces[SpaceName(.requests, .text)] != nil || collection.spaces[SpaceName(.live, .text)] != nil
        else { return false }
        if let failure = self.timers.sentenceFailure {
            guard abs(self.options.now() - failure) >= Self.pause else { return false }
            self.timers.sentenceFailure = nil
        }
        if self.sentenceQueue[model]?.isEmpty ?? true {
            self.sentenceQueue[model] = collection.idsForSentences(limit: self.options.sentences)
        }
        guard let ids = self.sentenceQueue[model]?.suffix(Self.sentenceBatch), !ids.isEmpty else { return false }
        self.sentenceQueue[model]?.removeLast(ids.count)
        var pairs: [(id: Int64, contents: PairContents)] = []
        try await self.forEachPair(Array(ids)) { pairs.append(($0.id, PairContents($1))) }
        do throws(EmbeddingError) {
            try self.collections[model]?.embedSentences(Array(ids), pairs, by: embedder, cache: &self.sentenceCache)
        } catch {
            self.timers.sentenceFailure = self.options.now()
            self.note("texts of model \(model) cannot be embedded by \(embedder.identity.name): \(error)")
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
