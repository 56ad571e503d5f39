/// A chunk's rows as bytes: keys, scales, upper and lower codes, and where its cells begin when it lies by cell.
enum ChunkPayload {
    /// The view has no dead rows.
    static func encode(_ view: ChunkView, cellsFile: UInt64?) -> [UInt8] {
        let (chunk, count) = (view.chunk, view.count)
        var writer = IndexBytesWriter()
        writer.write(UInt32(count))
        writer.write(UInt32(chunk.arrangement.map { $0.starts.count } ?? 0))
        writer.write(cellsFile ?? 0)
        writer.write(chunk.keys, count: count)
        writer.write(chunk.scales, count: count)
        writer.write(chunk.high, count: count * chunk.stride)
        writer.write(chunk.low, count: count * chunk.stride)
        if let arrangement = chunk.arrangement {
            writer.write(arrangement.starts)
            writer.write(arrangement.rowsByKey)
        }
        return writer.bytes
    }

    /// Nil when the bytes are not of such a chunk. Rows that lie by other cells than `cells` are put in the order of
    /// their keys.
    static func decode(_ payload: [UInt8], stride: Int, cells: (cells: Cells, file: UInt64)?) -> ChunkView? {
        var reader = IndexBytesReader(payload[...])
        guard let rows = reader.read(UInt32.self), let starts = reader.read(UInt32.self),
            let file = reader.read(UInt64.self),
            rows > 0, rows <= Chunk.mostRows
        else { return nil }
        let count = Int(rows)
        let expected = count * Chunk.bytesPerRow(stride: stride) + (starts == 0 ? 0 : 2 * (Int(starts) + count))
        guard reader.remaining == expected else { return nil }
        guard starts > 0 else {
            let chunk = Chunk(stride: stride, capacity: count)
            guard Self.fill(chunk, &reader) else { return nil }
            return self.checked(ChunkView(chunk, count: count))
        }
        var tail = IndexBytesReader(payload.suffix(2 * (Int(starts) + count)))
        let bounds = (0..<starts).compactMap { _ in tail.read(UInt16.self) }
        let rowsByKey = (0..<count).compactMap { _ in tail.read(UInt16.self) }
        guard rowsByKey.allSatisfy({ $0 < rows }), bounds.first == 0, bounds.last.map(UInt32.init) == rows,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        if let cells, cells.file == file, cells.cells.count + 1 == bounds.count {
            let arrangement = CellArrangement(cells: cells.cells, starts: bounds, rowsByKey: rowsByKey)
            let chunk = Chunk(stride: stride, capacity: count, arrangement: arrangement)
            return Self.fill(chunk, &reader) ? self.checked(ChunkView(chunk, count: count)) : nil
        }
        let arranged = Chunk(stride: stride, capacity: count)
        guard Self.fill(arranged, &reader) else { return nil }
        let chunk = Chunk(stride: stride, capacity: count)
        for (place, row) in rowsByKey.enumerated() { chunk.copy(Int(row), of: arranged, to: place) }
        return self.checked(ChunkView(chunk, count: count))
    }

    private static func fill(_ chunk: Chunk, _ reader: inout IndexBytesReader) -> Bool {
        let codes = chunk.capacity * chunk.stride
        return reader.copy(to: chunk.keys, count: chunk.capacity)
            && reader.copy(to: chunk.scales, count: chunk.capacity)
            && reader.copy(to: chunk.high, count: codes) && reader.copy(to: chunk.low, count: codes)
    }

    private static func checked(_ view: ChunkView) -> ChunkView? {
        for place in 0..<view.count {
            let row = view.row(place)
            let scale = view.chunk.scales[row]
            guard scale > 0, scale.isFinite else { return nil }
            if place > 0, view.chunk.keys[view.row(place - 1)] >= view.chunk.keys[row] { return nil }
        }
        return view
    }
}
