import ServingCore

/// A training of cells under way: spherical k-means on a sample, then how many cells to look into is measured against
/// the exact neighbours. The same vectors and seed give the same cells.
struct CellTraining: Sendable {
    /// What the cells are for; rows that come or go meanwhile do not matter.
    private let views: [ChunkView]
    private let live: Int
    /// In random order.
    private let sample: Chunk
    private var centroids: Chunk
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
        self.views = views
        self.live = views.reduce(0) { $0 + $1.live }
        let count = Self.cells(for: self.live)
        let sampled = Self.drawn(count * Self.samplePerCell, of: views, seed: seed)
        self.sample = Chunk(stride: views[0].chunk.stride, capacity: sampled.count)
        for (target, place) in sampled.enumerated() {
            self.sample.copy(place.row, of: views[place.view].chunk, to: target)
        }
        self.centroids = Chunk(stride: self.sample.stride, capacity: count)
        for cell in 0..<count { self.centroids.copy(cell, of: self.sample, to: cell) }
        self.calibration = CellCalibration(self.sample, dimension: dimension)
    }

    /// One bounded piece of work; the cells when it was the last.
    mutating func step() -> Cells? {
        if self.rounds < Self.roundsOfMeans {
            self.moveCentroids()
            self.rounds += 1
            return nil
        }
        if self.calibrated < self.views.count {
            self.calibration.add(self.views[self.calibrated])
            self.calibrated += 1
            return nil
        }
        return self.calibration.cells(self.centroids, trainedOn: self.live)
    }

    private mutating func moveCentroids() {
        let (stride, count) = (self.sample.stride, self.centroids.capacity)
        var sums = [Float](repeating: 0, count: count * stride)
        var assignment = CellAssignment(self.centroids)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            for row in 0..<self.sample.capacity {
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
        let moved = Chunk(stride: stride, capacity: count)
        for cell in 0..<count {
            let mean = Array(sums[cell * stride..<(cell + 1) * stride])
            // A cell that lost its rows stays where it was.
            if !moved.encode(mean, key: 0, at: cell) { moved.copy(cell, of: self.centroids, to: cell) }
            moved.keys[cell] = UInt32(cell)
        }
        self.centroids = moved
    }

    /// Live rows in random order, none of them twice; fewer when there are not so many.
    private static func drawn(_ count: Int, of views: [ChunkView], seed: UInt64) -> [(view: Int, row: Int)] {
        var places: [(view: Int, row: Int)] = []
        for (number, view) in views.enumerated() {
            for row in 0..<view.count where !view.isDead(row) { places.append((number, row)) }
        }
        var chance = SplitMix(state: seed)
        let count = min(count, places.count)
        for index in 0..<count {
            places.swapAt(index, index + Int(chance.next() % UInt64(places.count - index)))
        }
        return Array(places[..<count])
    }
}
