/// A training of cells under way: spherical k-means on a sample, then how many cells to look into is measured against
/// the exact neighbours. The same vectors and seed give the same cells.
struct CellTraining: Sendable {
    /// What the cells are for; rows that come or go meanwhile do not matter.
    let views: [ChunkView]
    let live: Int
    private let dimension: Int
    private let sample: Chunk
    private let sampled: Int
    private var centroids: Chunk
    private let count: Int
    private var rounds = 0
    private var calibration: CellCalibration
    private var calibrated = 0

    /// Fewer vectors than this are scanned.
    static let smallest = 20_000
    private static let samplePerCell = 48
    private static let roundsOfMeans = 8

    /// Cells for so many vectors: about their square root.
    static func cells(for live: Int) -> Int { min(4_096, max(64, Int(1.15 * Double(live).squareRoot()))) }

    /// Linear in the sample, which has 48 vectors for each cell.
    init(_ views: [ChunkView], dimension: Int, seed: UInt64) {
        self.dimension = dimension
        self.views = views
        self.live = views.reduce(0) { $0 + $1.live }
        self.count = Self.cells(for: self.live)
        var chance = SplitMix(state: seed)
        var rows = RowLottery(views)
        let sampled = rows.draw(self.count * Self.samplePerCell, &chance)
        self.sample = Chunk(stride: views[0].chunk.stride, capacity: sampled.count)
        for (target, place) in sampled.enumerated() {
            self.sample.copy(place.row, of: views[place.view].chunk, to: target)
        }
        self.sampled = sampled.count
        // The sample is in random order.
        self.centroids = Chunk(stride: self.sample.stride, capacity: self.count)
        for cell in 0..<self.count { self.centroids.copy(cell, of: self.sample, to: cell) }
        self.calibration = CellCalibration(self.sample, sampled: self.sampled)
    }

    /// One bounded piece of work; the cells when it was the last.
    mutating func step() -> Cells? {
        if self.rounds < Self.roundsOfMeans {
            self.moveCentroids()
            self.rounds += 1
            return nil
        }
        if self.calibrated < self.views.count {
            self.calibration.compare(self.views[self.calibrated])
            self.calibration.rank(self.views[self.calibrated], dimension: self.dimension)
            self.calibrated += 1
            return nil
        }
        let all = Cells.Probes(ten: self.count, hundred: self.count, tenRows: self.live, hundredRows: self.live)
        let bare = Cells(self.centroids, trainedOn: self.live, probes: all)
        let probes = self.calibration.probes(bare, dimension: self.dimension)
        return Cells(self.centroids, trainedOn: self.live, probes: probes)
    }

    private mutating func moveCentroids() {
        let stride = self.sample.stride
        var sums = [Float](repeating: 0, count: self.count * stride)
        var assignment = CellAssignment(self.centroids)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            for row in 0..<self.sampled {
                let cell = assignment.cell(of: self.sample, row)
                let offset = row * stride
                VectorForm.best.accumulate(
                    base + cell * stride,
                    self.sample.scales[row],
                    self.sample.high + offset,
                    self.sample.low + offset,
                    stride
                )
            }
        }
        let moved = Chunk(stride: stride, capacity: self.count)
        for cell in 0..<self.count {
            let mean = Array(sums[cell * stride..<(cell + 1) * stride])
            // A cell that lost its rows stays where it was.
            if !moved.encode(mean, key: 0, at: cell) { moved.copy(cell, of: self.centroids, to: cell) }
            moved.keys[cell] = UInt32(cell)
        }
        self.centroids = moved
    }
}
