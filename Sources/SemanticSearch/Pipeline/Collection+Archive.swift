import ServingCore

/// One array of an archive of vectors.
struct ArchiveColumn: Sendable {
    let name: String
    let element: NumPyElement
    /// Elements of a row; nil: the array has one dimension.
    var width: Int?
    /// Appends these rows.
    let append: @Sendable (Range<Int>, inout NumPyArchive) throws(NumPyArchiveError) -> Void

    /// Of a row.
    var byteCount: Int { (self.width ?? 1) * (self.element.width ?? 0) }
}

extension Collection {
    /// `id`, `divergence`, `diverged`, the beginnings of the texts, and for each space `<space>` with a row a pair, zeros
    /// where it has no vector. Rows are the pairs that are still there, as they are now.
    func archive(_ excerpts: [SlicesDocument.Excerpt]) -> (rows: Int, columns: [ArchiveColumn]) {
        let excerpts = excerpts.filter { self.table.row(of: $0.id) != nil }
        let rows = excerpts.compactMap { self.table.row(of: $0.id) }
        let table = self.table
        var columns = [
            ArchiveColumn(name: "id", element: .int64) { (range, archive) throws(NumPyArchiveError) in
                try archive.append(range.map { excerpts[$0].id })
            },
            ArchiveColumn(name: "divergence", element: .float64) { (range, archive) throws(NumPyArchiveError) in
                try archive.append(range.map { Double(table.divergences[Int(rows[$0])]) })
            },
            ArchiveColumn(name: "diverged", element: .int64) { (range, archive) throws(NumPyArchiveError) in
                try archive.append(range.map { table.isDiverged(Int(rows[$0])) ? Int64(1) : 0 })
            },
            Self.column("request", excerpts.map(\.request)), Self.column("live", excerpts.map(\.live)),
            Self.column("candidate", excerpts.map(\.candidate)),
        ]
        for name in self.spaces.keys.sorted() {
            guard let space = self.spaces[name], space.index.count > 0 else { continue }
            columns.append(Self.column(name.text, space, rows))
        }
        return (rows.count, columns)
    }

    private static func column(_ name: String, _ texts: [String]) -> ArchiveColumn {
        let longest = texts.map(\.unicodeScalars.count).max() ?? 0
        return ArchiveColumn(name: name, element: .text(scalars: max(1, longest))) {
            (range, archive) throws(NumPyArchiveError) in
            try archive.append(Array(texts[range]))
        }
    }

    private static func column(_ name: String, _ space: Space, _ rows: [UInt32]) -> ArchiveColumn {
        let dimension = space.identity.dimension
        return ArchiveColumn(name: name, element: .float32, width: dimension) {
            (range, archive) throws(NumPyArchiveError) in
            let blank = [Float](repeating: 0, count: dimension)
            for row in rows[range] { try archive.append(space.vector(of: row) ?? blank) }
        }
    }
}
