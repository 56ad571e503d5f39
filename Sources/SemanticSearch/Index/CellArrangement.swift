/// How a chunk's rows lie by cell.
struct CellArrangement: Sendable {
    let cells: Cells
    /// The rows of cell `c` are `starts[c]..<starts[c + 1]`.
    let starts: [UInt16]
    /// Rows in the order of their keys.
    let rowsByKey: [UInt16]

    var bytes: Int { 2 * (self.starts.count + self.rowsByKey.count) }
}
