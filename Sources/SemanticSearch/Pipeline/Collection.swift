import ServingCore

/// The pairs of one model that can be searched, with their vectors.
///
/// Memory: some 60 bytes a pair, 4 bytes a pair and space, and the vectors of the distinct contents.
struct Collection: Sendable {
    /// Tells its files from those of an earlier collection of the model, whose keys stood for other contents. Random, and
    /// secret: contents are told apart by it.
    let epoch: UInt64
    private(set) var table = PairTable()
    private(set) var spaces: [SpaceName: Space] = [:]
    private(set) var requestFit: TensorFit
    private(set) var answerFit: TensorFit
    /// Ids of pairs whose contents are to be embedded; the last is next.
    private(set) var pending: [Int64] = []
    /// Something changed that is not in the file.
    var isChanged = true
    /// Words of some pairs could not be added: after a restart all are added again.
    var lacksWords = false
    /// Whether each row's contents are in the spaces, and whether they were offered to the fits.
    private(set) var indexed: [Bool] = []
    private var offered: [Bool] = []
    /// Pairs up to this id were let go of, for there were too many.
    private var dropped = Int64.min

    init(
        epoch: UInt64,
        requestFit: TensorFit = TensorFit(name: "request-tensor"),
        answerFit: TensorFit = TensorFit(name: "answer-tensor"),
        spaces: [SpaceName: Space] = [:]
    ) {
        self.epoch = epoch
        self.requestFit = requestFit
        self.answerFit = answerFit
        self.spaces = spaces
    }

    /// Pairs that wait for their vectors.
    var backlog: Int { self.pending.count }

    var contentHash: ContentHash { ContentHash(seed: self.epoch) }

    // MARK: Pairs

    /// False when the pair is there already, or was dropped. With `isKnown` its vectors are in the spaces as far as it has
    /// any.
    @discardableResult
    mutating func append(_ pair: CapturedPair.Summary, isKnown: Bool = false) -> Bool {
        guard pair.id > self.dropped, self.table.append(pair) else { return false }
        self.indexed.append(isKnown)
        self.offered.append(isKnown)
        if !isKnown { self.pending.append(pair.id) }
        self.isChanged = true
        return true
    }

    /// What is next is newest, but the most divergent of what waits come before everything else.
    mutating func arrangePending() {
        self.pending.sort()
        guard self.pending.count > 2 * Self.urgent else { return }
        let waiting = self.pending.map { id in
            (id: id, divergence: self.table.row(of: id).map { self.table.divergences[Int($0)] } ?? 0)
        }
        let divergent = waiting.sorted { $0.divergence > $1.divergence }.prefix(Self.urgent).map(\.id)
        let urgent = Set(divergent)
        self.pending = self.pending.filter { !urgent.contains($0) } + divergent.reversed()
    }

    private static let urgent = 1_000

    /// Takes up to `count` pairs; the caller gives their contents to `embed`, or puts them back.
    mutating func takePending(_ count: Int) -> [Int64] {
        var ids: [Int64] = []
        while ids.count < count, let id = self.pending.popLast() {
            if let row = self.table.row(of: id), !self.indexed[Int(row)] { ids.append(id) }
        }
        return ids
    }

    mutating func putBack(_ ids: [Int64]) {
        self.pending += ids.reversed().filter { self.table.row(of: $0) != nil }
    }

    /// Lets go of pairs and of what only they had. Numbers the rows anew; linear in them.
    mutating func remove(_ ids: [Int64]) {
        let gone = Set(ids.compactMap { self.table.row(of: $0) })
        guard !gone.isEmpty else { return }
        let kept = self.table.ids.indices.filter { !gone.contains(UInt32(clamping: $0)) }
        self.table.keep(kept)
        self.indexed = kept.map { self.indexed[$0] }
        self.offered = kept.map { self.offered[$0] }
        self.pending = self.pending.filter { self.table.row(of: $0) != nil }
        for name in self.spaces.keys { self.spaces[name]?.keep(kept) }
        self.isChanged = true
    }

    /// Leaves the newest `count` pairs; the others are not taken up again.
    mutating func dropOldest(leaving count: Int) {
        let ids = Array(self.table.ids.sorted().dropLast(count))
        guard let last = ids.last else { return }
        self.dropped = last
        self.remove(ids)
    }

    // MARK: Vectors

    /// Embeds what the pairs consist of, as far as they are still there. `texts` is nil when there is no embedder for
    /// texts.
    mutating func embed(
        _ pairs: [(id: Int64, contents: PairContents)],
        texts: (any TextEmbedder)?,
        cache: inout VectorCache
    ) throws(EmbeddingError) {
        let pairs = self.rows(pairs)
        if let texts { try self.embedTexts(pairs, .text, texts, &cache) }
        self.embedNumbers(pairs)
    }

    /// Nothing more is done for these pairs before a restart, whatever came of them.
    mutating func finish(_ ids: [Int64]) {
        for id in ids {
            if let row = self.table.row(of: id) { self.indexed[Int(row)] = true }
        }
        self.isChanged = true
    }

    /// Embeds texts by the sentence model. Those of `ids` of which there is nothing in `pairs` have nothing to embed.
    mutating func embedSentences(
        _ ids: [Int64],
        _ pairs: [(id: Int64, contents: PairContents)],
        by embedder: any TextEmbedder,
        cache: inout VectorCache
    ) throws(EmbeddingError) {
        try self.embedTexts(self.rows(pairs), .sentence, embedder, &cache)
        let given = Set(pairs.map(\.id))
        for row in ids.filter({ !given.contains($0) }).compactMap({ self.table.row(of: $0) }) {
            for field in SearchQuery.Field.allCases { self.setNothing(SpaceName(field, .sentence), row) }
        }
        self.isChanged = true
    }

    private func rows(_ pairs: [(id: Int64, contents: PairContents)]) -> [(row: UInt32, contents: PairContents)] {
        pairs.compactMap { id, contents in self.table.row(of: id).map { ($0, contents) } }
    }

    private mutating func embedTexts(
        _ pairs: [(row: UInt32, contents: PairContents)],
        _ kind: SpaceName.Kind,
        _ embedder: any TextEmbedder,
        _ cache: inout VectorCache
    ) throws(EmbeddingError) {
        let vectors = try TextVectors(
            pairs.flatMap { [$0.contents.request.text, $0.contents.live.text, $0.contents.candidate.text] },
            by: embedder,
            self.contentHash,
            &cache
        )
        let identity = embedder.identity
        if kind == .sentence || vectors.count > 0 {
            for field in SearchQuery.Field.allCases where self.spaces[SpaceName(field, kind)]?.identity != identity {
                self.spaces[SpaceName(field, kind)] = Space(identity, seed: self.epoch)
            }
        }
        for (row, contents) in pairs {
            self.set(contents.request.text, .requests, kind, row, identity, vectors)
            self.set(contents.live.text, .live, kind, row, identity, vectors)
            self.set(contents.candidate.text, .candidate, kind, row, identity, vectors)
            self.setChange(kind, row, identity, isSame: contents.live.text == contents.candidate.text)
        }
    }

    private mutating func set(
        _ text: String?,
        _ field: SearchQuery.Field,
        _ kind: SpaceName.Kind,
        _ row: UInt32,
        _ identity: EmbedderIdentity,
        _ vectors: TextVectors
    ) {
        guard let text else { return self.setNothing(SpaceName(field, kind), row) }
        let content = self.contentHash.of(text)
        self.insert(vectors[content] ?? [], content, SpaceName(field, kind), row, identity)
    }

    private mutating func embedNumbers(_ pairs: [(row: UInt32, contents: PairContents)]) {
        for (row, contents) in pairs where !self.offered[Int(row)] {
            self.offered[Int(row)] = true
            if !contents.request.numbers.isEmpty, self.requestFit.add(contents.request.numbers) {
                self.begin([.requests], self.requestFit)
            }
            for numbers in [contents.live.numbers, contents.candidate.numbers]
            where !numbers.isEmpty && self.answerFit.add(numbers) {
                self.begin([.live, .candidate, .change], self.answerFit)
            }
        }
        for (row, contents) in pairs {
            self.set(contents.request.numbers, .requests, self.requestFit.embedder, row)
            self.set(contents.live.numbers, .live, self.answerFit.embedder, row)
            self.set(contents.candidate.numbers, .candidate, self.answerFit.embedder, row)
            guard let identity = self.answerFit.embedder?.identity else { continue }
            self.setChange(.numbers, row, identity, isSame: contents.live.numbers == contents.candidate.numbers)
        }
    }

    private mutating func set(
        _ numbers: [Float],
        _ field: SearchQuery.Field,
        _ embedder: TensorEmbedder?,
        _ row: UInt32
    ) {
        let name = SpaceName(field, .numbers)
        guard !numbers.isEmpty else { return self.setNothing(name, row) }
        // Not fitted yet: the row is embedded when it is.
        guard let embedder else { return }
        let content = self.contentHash.of(numbers)
        if self.spaces[name]?.adopt(content, for: row) == true { return }
        self.insert(embedder.embed(numbers), content, name, row, embedder.identity)
    }

    private mutating func setChange(
        _ kind: SpaceName.Kind,
        _ row: UInt32,
        _ identity: EmbedderIdentity,
        isSame: Bool
    ) {
        let name = SpaceName(.change, kind)
        guard !isSame, let live = self.spaces[SpaceName(.live, kind)],
            let candidate = self.spaces[SpaceName(.candidate, kind)],
            let before = live.vector(of: row), let after = candidate.vector(of: row)
        else { return self.setNothing(name, row) }
        let change = zip(after, before).map { $0 - $1 }
        self.insert(change, UInt64(live.key(of: row)) << 32 | UInt64(candidate.key(of: row)), name, row, identity)
    }

    private mutating func insert(
        _ vector: [Float],
        _ content: UInt64,
        _ name: SpaceName,
        _ row: UInt32,
        _ identity: EmbedderIdentity
    ) {
        if self.spaces[name]?.identity != identity { self.spaces[name] = Space(identity, seed: self.epoch) }
        if self.spaces[name]?.adopt(content, for: row) == true { return }
        self.spaces[name]?.insert(vector, content: content, for: row)
    }

    /// Only where there are vectors: a space without any is not made.
    private mutating func setNothing(_ name: SpaceName, _ row: UInt32) { self.spaces[name]?.setNothing(for: row) }

    // MARK: Fits

    /// Fits the embedders of numbers on what there is, when nothing more waits. True when rows have to be embedded anew.
    mutating func settleFits() -> Bool {
        guard self.pending.isEmpty else { return false }
        if self.requestFit.settle() { self.begin([.requests], self.requestFit) }
        if self.answerFit.settle() { self.begin([.live, .candidate, .change], self.answerFit) }
        return !self.pending.isEmpty
    }

    /// Another embedder: vectors of the old one are of no use, and the contents of all pairs are read again.
    private mutating func begin(_ fields: [SearchQuery.Field], _ fit: TensorFit) {
        for field in fields {
            self.spaces[SpaceName(field, .numbers)] = fit.embedder.map { Space($0.identity, seed: self.epoch) }
        }
        for row in self.indexed.indices { self.indexed[row] = false }
        self.pending = self.table.ids
        self.arrangePending()
    }
}
