/// Writes an archive in short steps, each on the engine's thread: searches go between them.
actor ArchiveWriter {
    private static let step = 1_024

    nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    private let rows: Int
    private var columns: ArraySlice<ArchiveColumn>
    private var archive = NumPyArchive()
    private var row = 0
    private var ticket: ArchiveTicket?

    init(rows: Int, columns: [ArchiveColumn], ticket: ArchiveTicket, executor: any SerialExecutor) {
        self.rows = rows
        self.columns = columns[...]
        self.ticket = ticket
        self.executor = executor
    }

    /// Nil after the last part.
    func next() throws -> [UInt8]? {
        guard let column = self.columns.first else {
            guard self.ticket != nil else { return nil }
            self.ticket = nil
            try self.archive.finish()
            return self.archive.take()
        }
        if self.row == 0 {
            try self.archive.begin(column.name, column.element, shape: [self.rows] + (column.width.map { [$0] } ?? []))
        }
        let end = min(self.rows, self.row + Self.step)
        if self.row < end { try column.append(self.row..<end, &self.archive) }
        self.row = end
        if end == self.rows {
            self.columns.removeFirst()
            self.row = 0
        }
        return self.archive.take()
    }
}

/// Held as long as an archive is under way.
final class ArchiveTicket: Sendable {}
