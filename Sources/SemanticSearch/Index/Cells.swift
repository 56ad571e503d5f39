/// Unit centroids that the rows are grouped by, and how many of the nearest ones a search has to look into.
final class Cells: Sendable {
    let stride: Int
    let count: Int
    let centroids: Chunk
    /// Vectors there were at the training.
    let trainedOn: Int
    /// Cells to look into for 10 and for 100 neighbours.
    let probes: Probes

    struct Probes: Sendable, Equatable {
        var ten: Int
        var hundred: Int
        /// Rows, the best by bits, whose bytes have to be looked at for that.
        var tenRows: Int
        var hundredRows: Int
    }

    /// `centroids` is full.
    init(_ centroids: Chunk, trainedOn: Int, probes: Probes) {
        self.centroids = centroids
        self.stride = centroids.stride
        self.count = centroids.capacity
        self.trainedOn = trainedOn
        self.probes = probes
    }

    var bytes: Int { self.centroids.bytes }

    /// Cells, and rows of the best by bits; nil when there are too many neighbours for cells to be of use.
    func probes(neighbours: Double) -> (cells: Int, rows: Int)? {
        if neighbours <= 10 { return (self.probes.ten, self.probes.tenRows) }
        return neighbours <= 100 ? (self.probes.hundred, self.probes.hundredRows) : nil
    }

    var assignment: CellAssignment { CellAssignment(self.centroids) }

    /// Similarities of the centroids to the query, on the query's own scale.
    func similarities(_ query: EncodedQuery) -> [Float] {
        var dots = [Int32](repeating: 0, count: self.count)
        VectorForm.best.scan(query.codes, self.centroids.high, self.stride, self.count, &dots)
        return (0..<self.count).map { Float(dots[$0] &- query.offset) * self.centroids.scales[$0] }
    }

    /// Best first.
    func nearest(_ count: Int, to query: EncodedQuery) -> [Int] {
        let similarities = self.similarities(query)
        let order = (0..<self.count).sorted {
            similarities[$0] != similarities[$1] ? similarities[$0] > similarities[$1] : $0 < $1
        }
        return Array(order.prefix(count))
    }
}
