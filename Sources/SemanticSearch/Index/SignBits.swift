import CVectorMath

/// One bit for each value of a chunk's rows: what a first pass reads instead of a byte. `@unchecked Sendable`: written
/// once, before it is handed out.
final class SignBits: @unchecked Sendable {
    let words: Int
    let blocks: Int
    private let memory: UnsafeMutablePointer<UInt64>

    static let block = Int(VM_BLOCK)
    /// Scores are counted in this many bins.
    static let binWidth = 4
    static let bins = (1 << 16) / binWidth

    init(_ chunk: Chunk, count: Int) {
        self.words = chunk.stride / 64
        self.blocks = (count + Self.block - 1) / Self.block
        self.memory = .allocate(capacity: max(1, self.blocks * self.words * Self.block))
        vm_pack_bits(chunk.high, chunk.stride, count, self.memory)
    }

    deinit { self.memory.deallocate() }

    var bytes: Int { self.blocks * self.words * Self.block * 8 }

    /// Scores of the rows of these blocks: the larger, the more similar the row is likely to be.
    func scan(_ query: [UInt64], _ blocks: Range<Int>, _ out: UnsafeMutablePointer<UInt16>) {
        let start = self.memory + blocks.lowerBound * self.words * Self.block
        VectorForm.best.scanBits(query, start, self.words, blocks.count, out)
    }

    /// The query's form for `scan`.
    static func query(_ query: EncodedQuery, dimension: Int) -> [UInt64] {
        var planes = [UInt64](repeating: 0, count: Int(VM_PLANES) * query.values.count / 64)
        vm_pack_query(query.values, dimension, query.values.count, &planes)
        return planes
    }
}
