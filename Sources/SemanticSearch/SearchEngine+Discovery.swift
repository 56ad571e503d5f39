import Capture
import Comparison
import ServingCore

/// Finds slices and measures coverage, anew when there are so many more pairs.
extension SearchEngine {
    /// Newest pairs of a release that slices and the map are made from.
    static let sliceLimit = 20_000
    /// Releases of a model whose slices are remembered.
    private static let retained = 4
    /// Shares of new pairs that are worth the work. Coverage that the gate holds a release for is measured sooner.
    private static let sliceGrowth = 0.1
    private static let coverageGrowth = 0.5
    private static let lowCoverageGrowth = 0.1
    private static let enoughCoverage = 0.9

    /// In the background. True when it has done something.
    func discoverSlices(of model: String) async throws(StoreError) -> Bool {
        guard let collection = self.collections[model], collection.backlog == 0,
            let release = collection.table.newestRelease, self.isBehind(model, release, by: Self.sliceGrowth)
        else { return false }
        try await self.discover(model, release, by: Self.sliceGrowth)
        return true
    }

    private func isBehind(_ model: String, _ release: Int64, by share: Double) -> Bool {
        guard let table = self.collections[model]?.table else { return false }
        return self.slices[model]?[release]?.reach.isBehind(table, by: share) ?? table.hasPairs(of: release)
    }

    /// Looks for slices when this share of new pairs has come, or nobody has looked yet. Whoever asks while another looks
    /// gets what that one finds.
    func discover(_ model: String, _ release: Int64, by share: Double) async throws(StoreError) {
        guard self.isBehind(model, release, by: share), let table = self.collections[model]?.table else { return }
        let reach = Reach(release, in: table)
        let ids = table.newestIDs(of: release, limit: Self.sliceLimit)
        let compared = Self.chosen(ids)
        var words: [Int64: [String]] = [:]
        var vectors = OutputVectors()
        try await self.forEachPair(ids) { pair, body in
            if let text = Content(body.inputs).text { words[pair.id] = RequestWords.of(text) }
            if compared.contains(pair.id) { vectors.add(body, of: pair.id) }
        }
        guard self.isBehind(model, release, by: share) else { return }
        let result = SliceDiscovery(self.input(model, ids, words: words)).run()
        self.slices[model, default: [:]][release] = SliceState(
            findings: result.findings,
            members: result.members.mapValues(Set.init),
            spaces: vectors.items.isEmpty ? nil : SpaceComparison(items: vectors.items).run(),
            reach: reach,
            plane: self.slices[model]?[release]?.plane
        )
        if release == self.collections[model]?.table.newestRelease {
            self.published.publish(result.findings, model, release)
        }
        let others = self.slices[model, default: [:]].keys.filter { $0 != release }.sorted(by: >)
        for old in others.dropFirst(Self.retained - 1) { self.slices[model]?[old] = nil }
    }

    /// An even choice that ids decide.
    private static func chosen(_ ids: [Int64]) -> Set<Int64> {
        let order = ids.map { (hash: StableHash.fmix64(UInt64(bitPattern: $0)), id: $0) }.sorted { $0.hash < $1.hash }
        return Set(order.prefix(SpaceComparison.mostItems).map(\.id))
    }

    /// Those of the pairs that are still there.
    func input(_ model: String, _ ids: [Int64], words: [Int64: [String]] = [:]) -> SliceInput {
        guard let collection = self.collections[model] else { return SliceInput(pairs: []) }
        let table = collection.table
        let space = [SpaceName.Kind.text, .numbers].lazy.compactMap { collection.spaces[SpaceName(.requests, $0)] }
            .first { $0.index.count > 0 }
        let dimension = space?.identity.dimension ?? 0
        var vectors: [Float] = []
        vectors.reserveCapacity(ids.count * dimension)
        let blank = [Float](repeating: 0, count: dimension)
        var pairs: [SlicePair] = []
        var isDeterministic = true
        for id in ids {
            guard let row = table.row(of: id) else { continue }
            let place = Int(row)
            let noise = table.noises[place]
            if noise > 0 { isDeterministic = false }
            pairs.append(
                SlicePair(
                    id: id,
                    divergence: Double(table.divergences[place]),
                    noise: noise.isNaN ? nil : Double(noise),
                    diverged: table.isDiverged(place),
                    live: table.liveOutcome(place),
                    candidate: table.candidateOutcome(place),
                    segments: table.segments(place),
                    words: words[id] ?? []
                )
            )
            if dimension > 0 { vectors += space?.vector(of: row) ?? blank }
        }
        return SliceInput(
            pairs: pairs,
            vectors: vectors,
            dimension: dimension,
            margin: self.options.sliceMargin(model),
            isDeterministic: isDeterministic
        )
    }

    /// In the background. True when it has done something.
    func measureCoverage(of model: String) -> Bool {
        guard let collection = self.collections[model], collection.backlog == 0,
            let release = collection.table.newestRelease
        else { return false }
        if let measured = self.measured[model], measured.release == release {
            let share = self.published.of(model, release).coverage?.share ?? 0
            let growth = share < Self.enoughCoverage ? Self.lowCoverageGrowth : Self.coverageGrowth
            guard measured.isBehind(collection.table, by: growth) else { return false }
        }
        self.measured[model] = Reach(release, in: collection.table)
        self.published.publish(collection.coverage(of: release), model, release)
        return true
    }
}

/// Of outputs that are embeddings themselves: both sides' vectors of the first output that was compared as one.
private struct OutputVectors {
    private(set) var items: [SpaceItem] = []
    private var name: String?

    mutating func add(_ body: PairBody, of id: Int64) {
        self.name = self.name ?? body.vectorOutput
        guard let name = self.name, let live = body.live.numbers(of: name),
            let candidate = body.candidate.numbers(of: name)
        else { return }
        self.items.append(SpaceItem(id: id, live: live, candidate: candidate))
    }
}

extension PairBody {
    /// An output of numbers whose comparison looked at angles or at neighbours.
    fileprivate var vectorOutput: String? {
        let names = self.comparison.outputs.lazy.filter {
            $0.details["cosine"] != nil || $0.details["knn_overlap"] != nil
        }
        return names.map(\.name).first { self.live.numbers(of: $0) != nil }
    }
}

extension [KeptTensor] {
    /// The first row of the tensor.
    fileprivate func numbers(of name: String) -> [Double]? {
        guard let tensor = self.first(where: { $0.name == name })?.tensor, let values = TensorValues(tensor),
            values.count > 0,
            let columns = tensor.shape.last.flatMap({ Int(exactly: $0) }), columns > 1
        else { return nil }
        var row: [Double] = []
        values.read(0..<columns, into: &row)
        return row
    }
}
