/// Finds the most similar centroid for row after row.
struct CellAssignment {
    private let centroids: Chunk
    private var query: [Int8]
    private var dots: [Int32]

    /// `centroids` is full.
    init(_ centroids: Chunk) {
        self.centroids = centroids
        self.query = [Int8](repeating: 0, count: centroids.stride)
        self.dots = [Int32](repeating: 0, count: centroids.capacity)
    }

    /// Ties go to the first.
    mutating func cell(of chunk: Chunk, _ row: Int) -> Int {
        let high = chunk.high + row * self.centroids.stride
        var sum: Int32 = 0
        self.query.withUnsafeMutableBufferPointer { query in
            for column in 0..<query.count {
                query[column] = Int8(truncatingIfNeeded: Int32(high[column]) - 128)
                sum += Int32(query[column])
            }
        }
        let (stride, count, scales) = (self.centroids.stride, self.centroids.capacity, self.centroids.scales)
        VectorForm.best.scan(self.query, self.centroids.high, stride, count, &self.dots)
        let offset = 128 * sum
        return self.dots.withUnsafeBufferPointer { dots in
            var (best, similarity) = (0, -Float.infinity)
            for cell in 0..<count {
                let candidate = Float(dots[cell] &- offset) * scales[cell]
                if candidate > similarity { (best, similarity) = (cell, candidate) }
            }
            return best
        }
    }
}
