import Synchronization

/// Search, planned by what is cheaper: all rows, the allowed rows, or the cells nearest to the query.
extension VectorIndex {
    /// The nearest live vectors among `allowed` (nil: among all) by cosine: best first, ties by lower key. As many as
    /// there are, up to `count`; none for a vector without a direction or of another length.
    package func search(_ vector: [Float], count: Int, allowed: RowSet?) -> [Neighbour] {
        guard count > 0, vector.count == self.identity.dimension,
            let query = EncodedQuery(vector, stride: self.stride)
        else { return [] }
        let (views, cells, live) = self.state.withLock { ($0.sealed + [$0.tail], $0.cells, $0.live) }
        let candidates = min(live, allowed?.count ?? live)
        guard candidates > 0 else { return [] }
        let limit = min(count, candidates)
        var scan = RowScan(query, views: views, allowed: allowed, count: limit)
        let share = Double(candidates) / Double(live)
        // Cells that were made for many vectors are too few to look into for what is left of them.
        let probes = live < CellTraining.smallest ? nil : cells?.probes(neighbours: Double(limit) / share, live: live)
        if let cells, let probes, candidates > live / cells.count * probes.cells,
            scan.probe(cells, probes, share: share, dimension: self.identity.dimension)
        {
            // A filter may leave too few in those cells.
            if scan.found >= limit { return scan.best(limit) }
            scan = RowScan(query, views: views, allowed: allowed, count: limit)
        }
        if let allowed, candidates < live / 3 {
            scan.scan(only: allowed)
        } else {
            scan.scanAll()
        }
        return scan.best(limit)
    }
}

extension RowScan {
    mutating func scanAll() {
        for view in self.views.indices { self.scan(view, 0..<self.views[view].count) }
    }

    /// Touches no other rows.
    mutating func scan(only allowed: RowSet) {
        for (number, view) in self.views.enumerated() {
            guard let keys = view.keys else { continue }
            var rows: [UInt32] = []
            allowed.forEach(in: keys) { key in
                if let row = view.find(key), !view.isDead(row) { rows.append(UInt32(row)) }
            }
            self.scan(number, rows: rows)
        }
    }

    /// Of the rows in the nearest cells, this much of the filter's share of all rows has to pass it.
    private static let leastShare = 0.9

    /// The nearest cells' rows that are best by bits, and all rows of chunks that lie otherwise. False, with nothing
    /// scanned, when the query is far from all cells, or the filter has to do with where it is: then its neighbours may
    /// lie in other cells.
    mutating func probe(_ cells: Cells, _ probes: Cells.Probes, share: Double, dimension: Int) -> Bool {
        guard let nearest = cells.nearest(probes.cells, to: self.query) else { return false }
        let runs = Self.runs(nearest)
        var ranges: [(view: Int, bits: SignBits, rows: Range<Int>)] = []
        var others: [Int] = []
        for (number, view) in self.views.enumerated() {
            guard let arrangement = view.chunk.arrangement, arrangement.cells === cells, let bits = view.bits else {
                others.append(number)
                continue
            }
            for run in runs {
                let start = Int(arrangement.starts[run.lowerBound])
                ranges.append((number, bits, start..<Int(arrangement.starts[run.upperBound])))
            }
        }
        if self.allowed != nil {
            let counts = ranges.map { self.counts(in: $0.rows, of: self.views[$0.view]) }
            let live = counts.reduce(0) { $0 + $1.live }
            let passing = counts.reduce(0) { $0 + $1.passing }
            guard Double(passing) >= Self.leastShare * share * Double(live) else { return false }
        }
        for number in others { self.scan(number, 0..<self.views[number].count) }
        let rows = ranges.reduce(0) { $0 + $1.rows.count }
        guard rows > 2 * probes.rows else {
            for range in ranges { self.scan(range.view, range.rows) }
            return true
        }
        var pass = BitScan(
            self.query,
            dimension: dimension,
            views: self.views,
            allowed: self.allowed,
            rows: rows,
            runs: ranges.count
        )
        defer { pass.finish() }
        for range in ranges { pass.scan(range.view, range.bits, range.rows) }
        pass.best(probes.rows) { view, rows in self.scan(view, rows: rows) }
        return true
    }

    private func counts(in rows: Range<Int>, of view: ChunkView) -> (live: Int, passing: Int) {
        var (live, passing) = (0, 0)
        for row in rows where !view.isDead(row) {
            live += 1
            if view.isWanted(row, self.allowed) { passing += 1 }
        }
        return (live, passing)
    }

    /// Cells whose rows follow each other in memory.
    private static func runs(_ cells: [Int]) -> [Range<Int>] {
        cells.sorted().reduce(into: []) { runs, cell in
            if let last = runs.last, last.upperBound == cell {
                runs[runs.count - 1] = last.lowerBound..<cell + 1
            } else {
                runs.append(cell..<cell + 1)
            }
        }
    }
}
