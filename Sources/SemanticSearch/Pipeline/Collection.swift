import ServingCore

/// The pairs of one model that can be searched, with their vectors.
///
/// Memory: some 60 bytes a pair, 4 bytes a pair and space, and the vectors of the distinct contents.
struct Collection: Sendable {
    let model: String
    /// Told apart from an earlier collection of the same model, whose rows had other numbers. Random.
    let epoch: UInt64
    private(set) var table = PairTable()
    private(set) var spaces: [SpaceName: Space] = [:]
    private(set) var requestFit: TensorFit
    private(set) var answerFit: TensorFit
    /// Rows whose contents are to be embedded; the last is next.
    private(set) var pending: [UInt32] = []
    /// Something changed that is not in the file.
    var isChanged = false
    /// Whether each row's contents are in the spaces, and whether they were offered to the fits.
    private(set) var indexed: [Bool] = []
    private var offered: [Bool] = []

    init(
        model: String,
        epoch: UInt64,
        requestFit: TensorFit = TensorFit(name: "request-tensor"),
        answerFit: TensorFit = TensorFit(name: "answer-tensor"),
        spaces: [SpaceName: Space] = [:]
    ) {
        self.model = model
        self.epoch = epoch
        self.requestFit = requestFit
        self.answerFit = answerFit
        self.spaces = spaces
    }

    /// Pairs that wait for their vectors.
    var backlog: Int { self.pending.count }

    // MARK: Pairs

    /// False when the pair is there already. With `isKnown` its vectors are in the spaces as far as it has any.
    @discardableResult
    mutating func append(_ pair: CapturedPair.Summary, isKnown: Bool = false) -> Bool {
        guard let row = self.table.append(pair) else { return false }
        self.indexed.append(isKnown)
        self.offered.append(isKnown)
        if !isKnown { self.pending.append(row) }
        self.isChanged = true
        return true
    }

    /// What is next is newest, but the most divergent of what waits come before everything else.
    mutating func arrangePending() {
        self.pending.sort { self.table.ids[Int($0)] < self.table.ids[Int($1)] }
        guard self.pending.count > 2 * Self.urgent else { return }
        let divergent = self.pending.sorted { self.table.divergences[Int($0)] > self.table.divergences[Int($1)] }
        let urgent = Set(divergent.prefix(Self.urgent))
        self.pending = self.pending.filter { !urgent.contains($0) } + divergent.prefix(Self.urgent).reversed()
    }

    private static let urgent = 1_000

    /// Takes up to `count` rows that are still there; the caller gives their contents to `embed`, or puts them back.
    mutating func takePending(_ count: Int) -> [UInt32] {
        var rows: [UInt32] = []
        while rows.count < count, let row = self.pending.popLast() {
            if self.table.isThere(Int(row)), !self.indexed[Int(row)] { rows.append(row) }
        }
        return rows
    }

    mutating func putBack(_ rows: [UInt32]) { self.pending += rows.reversed() }

    /// Lets go of pairs and of what only they had.
    mutating func remove(_ ids: [Int64]) {
        let rows = ids.compactMap { self.table.row(of: $0) }
        guard !rows.isEmpty else { return }
        for id in ids { self.table.remove(id) }
        for name in self.spaces.keys { self.spaces[name]?.remove(rows) }
        self.isChanged = true
    }

    /// Lets go of what removed rows had in the spaces.
    mutating func dropRemoved() {
        let rows = (0..<UInt32(clamping: self.table.count)).filter { !self.table.isThere(Int($0)) }
        for name in self.spaces.keys { self.spaces[name]?.remove(rows) }
    }

    /// Keeps the number of a row whose pair is no longer kept.
    mutating func appendRemoved(_ id: Int64) {
        self.append(CapturedPair.Summary(removed: id), isKnown: true)
        self.table.remove(id)
    }

    // MARK: Vectors

    /// Embeds what the pairs consist of. `texts` is nil when there is no embedder for texts.
    mutating func embed(
        _ pairs: [(row: UInt32, contents: PairContents)],
        texts: (any TextEmbedder)?,
        cache: inout VectorCache
    ) throws(EmbeddingError) {
        if let texts { try self.embedTexts(pairs, .text, texts, &cache) }
        self.embedNumbers(pairs)
        for (row, _) in pairs { self.indexed[Int(row)] = true }
        self.isChanged = true
    }

    /// Embeds the texts of the pairs by the sentence model.
    mutating func embedSentences(
        _ pairs: [(row: UInt32, contents: PairContents)],
        by embedder: any TextEmbedder,
        cache: inout VectorCache
    ) throws(EmbeddingError) {
        try self.embedTexts(pairs, .sentence, embedder, &cache)
        self.isChanged = true
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
            &cache
        )
        if kind == .sentence || vectors.count > 0 {
            for field in SearchQuery.Field.allCases
            where self.spaces[SpaceName(field, kind)]?.identity != embedder.identity {
                self.spaces[SpaceName(field, kind)] = self.emptySpace(SpaceName(field, kind), embedder.identity)
            }
        }
        for (row, contents) in pairs {
            self.set(contents.request.text, .requests, kind, row, embedder.identity, vectors)
            self.set(contents.live.text, .live, kind, row, embedder.identity, vectors)
            self.set(contents.candidate.text, .candidate, kind, row, embedder.identity, vectors)
            self.setChange(kind, row, embedder.identity, isSame: contents.live.text == contents.candidate.text)
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
        let content = TextVectors.content(text)
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
        var hasher = Hasher()
        for number in numbers { hasher.combine(number.bitPattern) }
        let content = UInt64(bitPattern: Int64(hasher.finalize()))
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
        var hasher = Hasher()
        hasher.combine(live.key(of: row))
        hasher.combine(candidate.key(of: row))
        let change = zip(after, before).map { $0 - $1 }
        self.insert(change, UInt64(bitPattern: Int64(hasher.finalize())), name, row, identity)
    }

    private mutating func insert(
        _ vector: [Float],
        _ content: UInt64,
        _ name: SpaceName,
        _ row: UInt32,
        _ identity: EmbedderIdentity
    ) {
        if self.spaces[name]?.identity != identity { self.spaces[name] = self.emptySpace(name, identity) }
        if self.spaces[name]?.adopt(content, for: row) == true { return }
        self.spaces[name]?.insert(vector, content: content, for: row)
    }

    /// Only where there are vectors: a space without any is not made.
    private mutating func setNothing(_ name: SpaceName, _ row: UInt32) { self.spaces[name]?.setNothing(for: row) }

    private func emptySpace(_ name: SpaceName, _ identity: EmbedderIdentity) -> Space {
        Space(identity, seed: self.epoch)
    }

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
            let name = SpaceName(field, .numbers)
            self.spaces[name] = fit.embedder.map { self.emptySpace(name, $0.identity) }
        }
        let all = (0..<UInt32(clamping: self.table.count)).filter { self.table.isThere(Int($0)) }
        for row in all { self.indexed[Int(row)] = false }
        self.pending = all
        self.arrangePending()
    }
}

extension CapturedPair.Summary {
    fileprivate init(removed id: Int64) {
        self.init(
            id: id,
            release: 0,
            model: "",
            live: "",
            candidate: "",
            liveNanoseconds: 0,
            candidateNanoseconds: 0,
            divergence: 0,
            diverged: false
        )
    }
}
