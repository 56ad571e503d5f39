/// A chunk as one search sees it: how many rows it has and which of them are dead.
struct ChunkView: Sendable {
    let chunk: Chunk
    var count: Int
    /// Of a chunk that lies by cell.
    let bits: SignBits?
    /// A bit for each removed row; empty when there is none.
    private(set) var dead: [UInt64] = []
    private(set) var deadCount = 0
    /// The file that holds exactly these rows.
    var file: IndexManifest.File?

    /// The chunk's first `count` rows are written.
    init(_ chunk: Chunk, count: Int) {
        self.chunk = chunk
        self.bits = chunk.arrangement == nil ? nil : SignBits(chunk, count: count)
        self.count = count
    }

    var bytes: Int { self.chunk.bytes(rows: self.count) + (self.bits?.bytes ?? 0) + self.dead.count * 8 }
    var live: Int { self.count - self.deadCount }
    var keys: ClosedRange<UInt32>? {
        self.count == 0 ? nil : self.chunk.keys[self.row(0)]...self.chunk.keys[self.row(self.count - 1)]
    }

    /// The row with the `place`-th smallest key.
    func row(_ place: Int) -> Int {
        self.chunk.arrangement.map { Int($0.rowsByKey[place]) } ?? place
    }

    func isDead(_ row: Int) -> Bool {
        !self.dead.isEmpty && self.dead[row >> 6] & (1 << UInt64(row & 63)) != 0
    }

    /// Live, and allowed when only some rows are.
    func isWanted(_ row: Int, _ allowed: RowSet?) -> Bool {
        !self.isDead(row) && allowed?.contains(self.chunk.keys[row]) ?? true
    }

    mutating func kill(_ row: Int) {
        guard !self.isDead(row) else { return }
        if self.dead.isEmpty { self.dead = [UInt64](repeating: 0, count: (self.chunk.capacity + 63) >> 6) }
        self.dead[row >> 6] |= 1 << UInt64(row & 63)
        self.deadCount += 1
        self.file = nil
    }

    /// Dead or not. Constant while no key was left out between the first and the last, else logarithmic.
    func find(_ key: UInt32) -> Int? {
        guard let keys = self.keys, keys.contains(key) else { return nil }
        if Int(keys.upperBound - keys.lowerBound) == self.count - 1 { return self.row(Int(key - keys.lowerBound)) }
        var (low, high) = (0, self.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if self.chunk.keys[self.row(middle)] < key { low = middle + 1 } else { high = middle }
        }
        let row = self.row(low)
        return self.chunk.keys[row] == key ? row : nil
    }

    /// The live rows alone, in key order, in a chunk of their own.
    func compacted() -> ChunkView { ChunkView.merged([self], capacity: self.live) }

    /// The live rows of views whose key ranges ascend.
    static func merged(_ views: [ChunkView], capacity: Int) -> ChunkView {
        let target = Chunk(stride: views[0].chunk.stride, capacity: capacity)
        var count = 0
        for view in views {
            for place in 0..<view.count {
                let row = view.row(place)
                if view.isDead(row) { continue }
                target.copy(row, of: view.chunk, to: count)
                count += 1
            }
        }
        return ChunkView(target, count: count)
    }

    /// Kills here what died in `now` since `before`, of which this is a copy in another order.
    mutating func killWhatDied(in now: ChunkView, since before: ChunkView) {
        guard now.deadCount != before.deadCount else { return }
        for row in 0..<now.count where now.isDead(row) && !before.isDead(row) {
            if let mine = self.find(now.chunk.keys[row]) { self.kill(mine) }
        }
    }
}
