/// How many cells have to be looked into, from the exact neighbours of some stored vectors.
struct CellCalibration: Sendable {
    private let queries: [EncodedQuery]
    private let queryKeys: [UInt32]
    /// Each query's form for the pass by bits.
    private let planes: [[UInt64]]
    /// The neighbours found so far of each query, with their vectors' codes.
    private var found: [[Found]]
    /// Live rows by the bin of their score by bits, a row of bins for each query.
    private var byScore: [UInt32]

    private struct Found: Sendable {
        var score: Float
        var chunk: Chunk
        var row: Int
    }

    private static let queried = 256
    /// Share of the neighbours that the chosen cells must hold.
    private static let recall = 0.995
    private static let distantRecall = 0.985
    private static let neighbours = 100
    /// Queries farthest from all cells that do not say how far away cells are of use: they may be strays.
    private static let strays = 2
    /// What rounding may take from a cosine.
    private static let rounding: Float = 1e-3

    /// The sample's rows are in random order. Its first are where the cells began, and nearer to them than others.
    init(_ sample: Chunk, dimension: Int) {
        let rows = max(0, sample.capacity - Self.queried)..<sample.capacity
        self.queries = rows.map { EncodedQuery(sample, row: $0) }
        self.queryKeys = rows.map { sample.keys[$0] }
        self.planes = self.queries.map { SignBits.query($0, dimension: dimension) }
        self.found = Array(repeating: [], count: rows.count)
        self.byScore = Array(repeating: 0, count: rows.count * SignBits.bins)
    }

    /// Each query against each live row.
    mutating func add(_ view: ChunkView) {
        self.compare(view)
        self.rank(view)
    }

    /// Blocks of rows stay in the cache while all queries pass over them.
    private mutating func compare(_ view: ChunkView) {
        let chunk = view.chunk
        let block = 256
        var dots = [Int32](repeating: 0, count: block)
        var thresholds = self.found.map { $0.count < Self.neighbours ? -Float.infinity : $0[Self.neighbours - 1].score }
        for start in stride(from: 0, to: view.count, by: block) {
            let count = min(block, view.count - start)
            for (number, query) in self.queries.enumerated() {
                VectorForm.best.scan(query.codes, chunk.high + start * chunk.stride, chunk.stride, count, &dots)
                for step in 0..<count {
                    let row = start + step
                    let score = Float(dots[step] &- query.offset) * chunk.scales[row]
                    guard score > thresholds[number], !view.isDead(row), chunk.keys[row] != self.queryKeys[number]
                    else { continue }
                    self.found[number].append(Found(score: score, chunk: chunk, row: row))
                    if self.found[number].count >= 4 * Self.neighbours {
                        thresholds[number] = self.prune(number)
                    }
                }
            }
        }
        for number in self.found.indices { _ = self.prune(number) }
    }

    /// Keeps the best; the score that a further row has to beat.
    private mutating func prune(_ number: Int) -> Float {
        self.found[number].sort { $0.score > $1.score }
        guard self.found[number].count >= Self.neighbours else { return -.infinity }
        self.found[number].removeSubrange(Self.neighbours...)
        return self.found[number][Self.neighbours - 1].score
    }

    private mutating func rank(_ view: ChunkView) {
        let bits = view.bits ?? SignBits(view.chunk, count: view.count)
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: max(1, bits.blocks * SignBits.block)) { scores in
            guard let base = scores.baseAddress else { return }
            for (number, planes) in self.planes.enumerated() {
                bits.scan(planes, 0..<bits.blocks, base)
                for row in 0..<view.count where !view.isDead(row) {
                    self.byScore[number * SignBits.bins + Int(base[row]) / SignBits.binWidth] += 1
                }
            }
        }
    }

    /// The smallest counts that hold 99.5 % of the ten and of the hundred nearest. A new text is less like the stored
    /// ones than these are like each other, many of which are variants of one text: its nearest are as far as a stored
    /// one's 11th to 100th, of which the cells for ten have to hold 98.5 %.
    func cells(_ centroids: Chunk, trainedOn live: Int) -> Cells {
        var near = [Int](repeating: 0, count: centroids.capacity)
        var distant = near
        var (nearRows, distantRows) = ([Int](), [Int]())
        var assignment = CellAssignment(centroids)
        var cosines: [Float] = []
        let scratch = Chunk(stride: centroids.stride, capacity: 1)
        for (number, (query, found)) in zip(self.queries, self.found).enumerated() {
            var ranks = [Int](repeating: 0, count: centroids.capacity)
            let order = centroids.ranked(by: query)
            for (rank, cell) in order.enumerated() { ranks[cell] = rank }
            if let first = order.first { cosines.append(centroids.cosine(first, to: query)) }
            let rows = self.rowsByBin(number)
            for (place, neighbour) in found.enumerated() {
                let rank = ranks[assignment.cell(of: neighbour.chunk, neighbour.row)]
                scratch.copy(neighbour.row, of: neighbour.chunk, to: 0)
                let row = rows[Self.score(self.planes[number], scratch) / SignBits.binWidth]
                if place < 10 {
                    near[rank] += 1
                    nearRows.append(row)
                } else {
                    distant[rank] += 1
                    distantRows.append(row)
                }
            }
        }
        let ten = Cells.Probes(
            cells: max(self.smallest(near, Self.recall), self.smallest(distant, Self.distantRecall)),
            rows: max(self.quantile(nearRows, Self.recall), self.quantile(distantRows, Self.distantRecall))
        )
        let hundred = Cells.Probes(
            cells: max(ten.cells, self.smallest(distant, Self.recall)),
            rows: max(ten.rows, self.quantile(distantRows, Self.recall))
        )
        let reach = (cosines.sorted().dropFirst(Self.strays).first ?? .infinity) - Self.rounding
        return Cells(centroids, .init(trainedOn: live, ten: ten, hundred: hundred, reach: reach))
    }

    /// Rows with a score of this bin or a better one.
    private func rowsByBin(_ query: Int) -> [Int] {
        var rows = self.byScore[query * SignBits.bins..<(query + 1) * SignBits.bins].map { Int($0) }
        for bin in stride(from: SignBits.bins - 2, through: 0, by: -1) { rows[bin] += rows[bin + 1] }
        return rows
    }

    /// By bits, of a chunk's only row.
    private static func score(_ planes: [UInt64], _ row: Chunk) -> Int {
        var scores = [UInt16](repeating: 0, count: SignBits.block)
        SignBits(row, count: 1).scan(planes, 0..<1, &scores)
        return Int(scores[0])
    }

    private func quantile(_ rows: [Int], _ share: Double) -> Int {
        let sorted = rows.sorted()
        return sorted.isEmpty ? 1 : max(1, sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))])
    }

    private func smallest(_ byRank: [Int], _ recall: Double) -> Int {
        let wanted = recall * Double(byRank.reduce(0, +))
        var held = 0
        for (rank, count) in byRank.enumerated() {
            held += count
            if Double(held) >= wanted { return rank + 1 }
        }
        return byRank.count
    }
}
