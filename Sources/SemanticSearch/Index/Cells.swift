/// Unit centroids that the rows are grouped by, and how many of the nearest ones a search has to look into.
final class Cells: Sendable {
    let count: Int
    let centroids: Chunk
    let measured: Measurement

    /// What a search looks at.
    struct Probes: Sendable {
        var cells: Int
        /// Rows of these cells, the best by bits, whose bytes are looked at.
        var rows: Int
    }

    /// What was found out when the cells were made.
    struct Measurement: Sendable {
        /// Vectors there were.
        var trainedOn: Int
        /// For 10 and for 100 neighbours.
        var ten: Probes
        var hundred: Probes
        /// Cosine of a query to its nearest centroid below which nothing is known: then all vectors are looked at.
        var reach: Float
    }

    /// `centroids` is full.
    init(_ centroids: Chunk, _ measured: Measurement) {
        self.centroids = centroids
        self.count = centroids.capacity
        self.measured = measured
    }

    var bytes: Int { self.centroids.bytes(rows: self.count) }

    /// For so many neighbours among `live` vectors; nil when they are too many for cells to be of use.
    func probes(neighbours: Double, live: Int) -> Probes? {
        guard neighbours <= 100 else { return nil }
        var probes = neighbours <= 10 ? self.measured.ten : self.measured.hundred
        // A neighbour's place by bits falls back as the collection grows.
        let growth = max(1, Double(live) / Double(self.measured.trainedOn))
        probes.rows = Int(min(Double(live), Double(probes.rows) * growth))
        return probes
    }

    /// The cells to look into, best first; nil for a query farther from all than any that was measured.
    func nearest(_ count: Int, to query: EncodedQuery) -> [Int]? {
        let order = self.centroids.ranked(by: query)
        guard let first = order.first, self.centroids.cosine(first, to: query) >= self.measured.reach else {
            return nil
        }
        return Array(order.prefix(count))
    }
}

extension Chunk {
    /// All rows of a full chunk, those most similar to the query first.
    func ranked(by query: EncodedQuery) -> [Int] {
        var dots = [Int32](repeating: 0, count: self.capacity)
        VectorForm.best.scan(query.codes, self.high, self.stride, self.capacity, &dots)
        let similarities = (0..<self.capacity).map { Float(dots[$0] &- query.offset) * self.scales[$0] }
        return (0..<self.capacity).sorted {
            similarities[$0] != similarities[$1] ? similarities[$0] > similarities[$1] : $0 < $1
        }
    }
}
