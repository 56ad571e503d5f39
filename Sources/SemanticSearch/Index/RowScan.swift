import CVectorMath

/// One query's scan over rows, kept as a shortlist by one-byte codes and then rescored with all bits.
struct RowScan {
    let query: EncodedQuery
    let views: [ChunkView]
    let allowed: RowSet?
    private var shortlist: Shortlist
    private let scratch: ScanScratch

    /// For `count` neighbours, no more than there are rows; several times as many rows are rescored.
    init(_ query: EncodedQuery, views: [ChunkView], allowed: RowSet?, count: Int) {
        self.query = query
        self.views = views
        self.allowed = allowed
        self.shortlist = Shortlist(limit: 3 * count + 20)
        self.scratch = ScanScratch()
    }

    var found: Int { self.shortlist.entries.count }

    /// Looks at the rows of `range` that are live and allowed.
    mutating func scan(_ view: Int, _ range: Range<Int>) {
        let (chunk, scratch) = (self.views[view].chunk, self.scratch)
        let allRows = self.allowed == nil && self.views[view].deadCount == 0
        var start = range.lowerBound
        while start < range.upperBound {
            let count = min(ScanScratch.block, range.upperBound - start)
            VectorForm.best.scan(self.query.codes, chunk.high + start * chunk.stride, chunk.stride, count, scratch.dots)
            let selected = vm_select(
                scratch.dots,
                self.query.offset,
                chunk.scales + start,
                count,
                self.shortlist.threshold,
                scratch.positions,
                scratch.scores
            )
            for place in 0..<selected where scratch.scores[place] >= self.shortlist.threshold {
                let row = start + Int(scratch.positions[place])
                if allRows || self.views[view].isWanted(row, self.allowed) {
                    self.offer(view, row, scratch.scores[place])
                }
            }
            start += count
        }
    }

    /// Looks at the rows, which are live and allowed.
    mutating func scan(_ view: Int, rows: [UInt32]) {
        let (chunk, dots) = (self.views[view].chunk, self.scratch.dots)
        for start in stride(from: 0, to: rows.count, by: ScanScratch.block) {
            let count = min(ScanScratch.block, rows.count - start)
            rows.withUnsafeBufferPointer { rows in
                guard let rows = rows.baseAddress.map({ $0 + start }) else { return }
                VectorForm.best.scan(self.query.codes, chunk.high, chunk.stride, at: rows, count, dots)
                for step in 0..<count {
                    let row = Int(rows[step])
                    let score = chunk.scales[row] * Float(dots[step] &- self.query.offset)
                    if score >= self.shortlist.threshold { self.offer(view, row, score) }
                }
            }
        }
    }

    private mutating func offer(_ view: Int, _ row: Int, _ score: Float) {
        let key = self.views[view].chunk.keys[row]
        self.shortlist.offer(Shortlist.Entry(score: score, key: key, view: UInt32(view), row: UInt32(row)))
    }

    /// The best `count` of what was looked at.
    func best(_ count: Int) -> [Neighbour] {
        let all = self.shortlist.entries.map { entry in
            let cosine = self.views[Int(entry.view)].chunk.cosine(Int(entry.row), to: self.query)
            return Neighbour(key: entry.key, similarity: min(max(cosine, -1), 1))
        }
        return Array(all.sorted(by: Neighbour.isBetter).prefix(count))
    }
}

/// Room for what the scan of a block of rows gives.
private final class ScanScratch {
    static let block = 512

    let dots = UnsafeMutablePointer<Int32>.allocate(capacity: block)
    let positions = UnsafeMutablePointer<UInt32>.allocate(capacity: block)
    let scores = UnsafeMutablePointer<Float>.allocate(capacity: block)

    deinit {
        self.dots.deallocate()
        self.positions.deallocate()
        self.scores.deallocate()
    }
}
