/// Which files together are the index as it was at one save. Written last: files that it does not name count for
/// nothing.
struct IndexManifest: Sendable {
    static let name = "manifest"
    static let limit = 16 << 20

    /// One file of rows or of cells.
    struct File: Sendable {
        var number: UInt64
        var count: UInt32

        var name: String { "vectors-\(self.number)" }
    }

    struct CellsFile: Sendable {
        var file: File
        var measured: Cells.Measurement
    }

    var largestKey: Int64
    var cells: CellsFile?
    /// By ascending keys.
    var rows: [File]

    var payload: [UInt8] {
        var writer = IndexBytesWriter()
        writer.write(self.largestKey)
        writer.write(UInt32(self.cells == nil ? 0 : 1))
        if let cells = self.cells {
            writer.write(cells.file.number)
            writer.write(cells.file.count)
            let (ten, hundred) = (cells.measured.ten, cells.measured.hundred)
            for value in [cells.measured.trainedOn, ten.cells, ten.rows, hundred.cells, hundred.rows] {
                writer.write(Int64(value))
            }
            writer.write(cells.measured.reach.bitPattern)
        }
        writer.write(UInt32(self.rows.count))
        for file in self.rows {
            writer.write(file.number)
            writer.write(file.count)
        }
        return writer.bytes
    }
}

extension IndexManifest {
    /// Nil when the bytes are not of a manifest.
    init?(payload: [UInt8]) {
        var reader = IndexBytesReader(payload[...])
        guard let largestKey = reader.read(Int64.self), largestKey <= Int64(UInt32.max),
            let hasCells = reader.read(UInt32.self)
        else { return nil }
        self.largestKey = largestKey
        if hasCells != 0 {
            guard let file = Self.file(&reader), let trainedOn = Self.count(&reader),
                let ten = Self.probes(&reader), let hundred = Self.probes(&reader),
                ten.cells <= file.count, hundred.cells <= file.count, let reach = reader.read(UInt32.self)
            else { return nil }
            // If it is NaN, every search looks at all rows.
            self.cells = CellsFile(
                file: file,
                measured: .init(trainedOn: trainedOn, ten: ten, hundred: hundred, reach: Float(bitPattern: reach))
            )
        }
        guard let count = reader.read(UInt32.self), reader.remaining == Int(count) * 12 else { return nil }
        self.rows = []
        for _ in 0..<count {
            guard let file = Self.file(&reader) else { return nil }
            self.rows.append(file)
        }
    }

    private static func probes(_ reader: inout IndexBytesReader) -> Cells.Probes? {
        guard let cells = Self.count(&reader), let rows = Self.count(&reader) else { return nil }
        return Cells.Probes(cells: cells, rows: rows)
    }

    private static func count(_ reader: inout IndexBytesReader) -> Int? {
        reader.read(Int64.self).flatMap { $0 > 0 ? Int($0) : nil }
    }

    private static func file(_ reader: inout IndexBytesReader) -> File? {
        guard let number = reader.read(UInt64.self), number < .max, let count = reader.read(UInt32.self), count > 0
        else {
            return nil
        }
        return File(number: number, count: count)
    }
}
