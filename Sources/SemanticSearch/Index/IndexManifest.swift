/// Which files together are the index as it was at one save. Written last: files that it does not name count for
/// nothing.
struct IndexManifest: Sendable, Equatable {
    static let name = "manifest"
    static let limit = 16 << 20

    /// One file of rows or of cells.
    struct File: Sendable, Equatable {
        var number: UInt64
        var count: UInt32

        var name: String { "vectors-\(self.number)" }
    }

    struct CellsFile: Sendable, Equatable {
        var file: File
        var trainedOn: Int
        var probes: Cells.Probes
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
            let probes = cells.probes
            for value in [cells.trainedOn, probes.ten, probes.hundred, probes.tenRows, probes.hundredRows] {
                writer.write(Int64(value))
            }
        }
        writer.write(UInt32(self.rows.count))
        for file in self.rows {
            writer.write(file.number)
            writer.write(file.count)
        }
        return writer.bytes
    }

    init(largestKey: Int64, cells: CellsFile?, rows: [File]) {
        self.largestKey = largestKey
        self.cells = cells
        self.rows = rows
    }

    /// Nil when the bytes are not of a manifest.
    init?(payload: [UInt8]) {
        var reader = IndexBytesReader(payload[...])
        guard let largestKey = reader.read(Int64.self), largestKey <= Int64(UInt32.max),
            let hasCells = reader.read(UInt32.self)
        else { return nil }
        self.largestKey = largestKey
        if hasCells != 0 {
            guard let file = Self.file(&reader), let values = Self.values(5, &reader), values.allSatisfy({ $0 > 0 }),
                values[1] <= file.count, values[2] <= file.count
            else { return nil }
            let probes = Cells.Probes(
                ten: values[1],
                hundred: values[2],
                tenRows: values[3],
                hundredRows: values[4]
            )
            self.cells = CellsFile(file: file, trainedOn: values[0], probes: probes)
        }
        guard let count = reader.read(UInt32.self), reader.remaining == Int(count) * 12 else { return nil }
        self.rows = []
        for _ in 0..<count {
            guard let file = Self.file(&reader) else { return nil }
            self.rows.append(file)
        }
    }

    private static func values(_ count: Int, _ reader: inout IndexBytesReader) -> [Int]? {
        let values = (0..<count).compactMap { _ in reader.read(Int64.self).map(Int.init) }
        return values.count == count ? values : nil
    }

    private static func file(_ reader: inout IndexBytesReader) -> File? {
        guard let number = reader.read(UInt64.self), number < .max, let count = reader.read(UInt32.self), count > 0
        else {
            return nil
        }
        return File(number: number, count: count)
    }
}
