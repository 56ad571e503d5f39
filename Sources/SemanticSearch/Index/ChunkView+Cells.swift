/// How a chunk's rows lie by cell.
struct CellArrangement: Sendable {
    let cells: Cells
    /// The rows of cell `c` are `starts[c]..<starts[c + 1]`.
    let starts: [UInt16]
    /// Rows in the order of their keys.
    let rowsByKey: [UInt16]

    var bytes: Int { 2 * (self.starts.count + self.rowsByKey.count) }
}

extension ChunkView {
    /// The live rows alone, those of a cell side by side and in key order.
    func arranged(by cells: Cells) -> ChunkView {
        var assignment = CellAssignment(cells.centroids)
        var rows: [Int] = []
        var cellOf: [Int] = []
        var starts = [UInt16](repeating: 0, count: cells.count + 1)
        for place in 0..<self.count {
            let row = self.row(place)
            if self.isDead(row) { continue }
            let cell = assignment.cell(of: self.chunk, row)
            rows.append(row)
            cellOf.append(cell)
            starts[cell + 1] += 1
        }
        for cell in 0..<cells.count { starts[cell + 1] += starts[cell] }
        var next = starts
        var rowsByKey: [UInt16] = []
        for cell in cellOf {
            rowsByKey.append(next[cell])
            next[cell] += 1
        }
        let arrangement = CellArrangement(cells: cells, starts: starts, rowsByKey: rowsByKey)
        let target = Chunk(stride: self.chunk.stride, capacity: rows.count, arrangement: arrangement)
        for (place, row) in rows.enumerated() { target.copy(row, of: self.chunk, to: Int(rowsByKey[place])) }
        return ChunkView(target, count: rows.count)
    }
}
