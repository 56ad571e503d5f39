/// A first pass over rows by one bit for each value: finds the rows that are worth a look at their bytes.
struct BitScan {
    private let query: [UInt64]
    private let views: [ChunkView]
    private let allowed: RowSet?
    private var segments: [Segment] = []
    private let scores: UnsafeMutablePointer<UInt16>
    private var used = 0
    /// Wanted rows by the bin of their score.
    private var histogram = [UInt32](repeating: 0, count: SignBits.bins)

    private struct Segment {
        var view: Int
        var rows: Range<Int>
        /// Of the first row's score.
        var place: Int
    }

    /// Room for `rows` rows in `runs` runs; `finish` gives it back.
    init(_ query: EncodedQuery, dimension: Int, views: [ChunkView], allowed: RowSet?, rows: Int, runs: Int) {
        self.query = SignBits.query(query, dimension: dimension)
        self.views = views
        self.allowed = allowed
        self.scores = .allocate(capacity: rows + 2 * SignBits.block * runs)
        self.segments.reserveCapacity(runs)
    }

    func finish() { self.scores.deallocate() }

    mutating func scan(_ view: Int, _ bits: SignBits, _ rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        let blocks = rows.lowerBound / SignBits.block..<(rows.upperBound + SignBits.block - 1) / SignBits.block
        bits.scan(self.query, blocks, self.scores + self.used)
        let place = self.used + rows.lowerBound - blocks.lowerBound * SignBits.block
        self.segments.append(Segment(view: view, rows: rows, place: place))
        let first = self.scores + place
        if self.allowed == nil && self.views[view].deadCount == 0 {
            self.histogram.withUnsafeMutableBufferPointer { histogram in
                for step in 0..<rows.count { histogram[Int(first[step]) / SignBits.binWidth] += 1 }
            }
        } else {
            for step in 0..<rows.count where self.views[view].isWanted(rows.lowerBound + step, self.allowed) {
                self.histogram[Int(first[step]) / SignBits.binWidth] += 1
            }
        }
        self.used += blocks.count * SignBits.block
    }

    /// Calls `body` with a view's number and its rows with the best scores: all together `count`, those as good as the
    /// worst of them, and those in its bin.
    func best(_ count: Int, _ body: (Int, [UInt32]) -> Void) {
        var cut = self.histogram.count
        var found = 0
        while cut > 0, found < count {
            cut -= 1
            found += Int(self.histogram[cut])
        }
        var (view, rows) = (0, [UInt32]())
        for segment in self.segments {
            if segment.view != view {
                body(view, rows)
                rows.removeAll(keepingCapacity: true)
                view = segment.view
            }
            let scores = self.scores + segment.place
            let isChecked = self.allowed != nil || self.views[view].deadCount > 0
            for step in 0..<segment.rows.count where Int(scores[step]) / SignBits.binWidth >= cut {
                let row = segment.rows.lowerBound + step
                if !isChecked || self.views[view].isWanted(row, self.allowed) { rows.append(UInt32(row)) }
            }
        }
        body(view, rows)
    }
}
