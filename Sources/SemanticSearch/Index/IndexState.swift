/// What a vector index holds, guarded by its lock.
struct IndexState: Sendable {
    let stride: Int
    /// Full chunks, by ascending keys.
    var sealed: [ChunkView] = []
    /// Where new rows go.
    var tail: ChunkView
    /// The cells that chunks are to be arranged by.
    var cells: Cells?
    /// Where the views' files are, and under which mark; nil before the first load or save.
    var saved: SavedPlace?
    /// Keys up to this one are used up.
    var largestKey: Int64 = -1
    private(set) var live = 0

    struct SavedPlace: Sendable {
        var folder: String
        var mark: String
        /// Larger than the number of any file there.
        var nextFile: UInt64
        /// The file of `cells`, when it is there.
        var cellsFile: IndexManifest.File?
        /// As last written.
        var manifest: [UInt8] = []
    }

    init(stride: Int) {
        self.stride = stride
        self.tail = ChunkView(Chunk(stride: stride, capacity: 0), count: 0)
    }

    var bytes: Int {
        self.sealed.reduce(self.tail.bytes + (self.cells?.bytes ?? 0)) { $0 + $1.bytes }
    }

    mutating func append(_ key: UInt32, _ vector: [Float]) -> Bool {
        guard Int64(key) > self.largestKey else { return false }
        if self.tail.count == self.tail.chunk.capacity {
            if self.tail.count > 0 { self.sealed.append(self.tail) }
            self.tail = ChunkView(Chunk(stride: self.stride, capacity: Chunk.rows(stride: self.stride)), count: 0)
        }
        guard self.tail.chunk.encode(vector, key: key, at: self.tail.count) else { return false }
        self.tail.count += 1
        self.tail.file = nil
        self.largestKey = Int64(key)
        self.live += 1
        return true
    }

    /// Takes over a chunk that was read from a file.
    mutating func adopt(_ view: ChunkView) {
        guard let keys = view.keys else { return }
        self.sealed.append(view)
        self.largestKey = max(self.largestKey, Int64(keys.upperBound))
        self.live += view.live
    }

    mutating func remove(_ key: UInt32) {
        guard let place = self.find(key) else { return }
        if place.view < self.sealed.count {
            self.sealed[place.view].kill(place.row)
        } else {
            self.tail.kill(place.row)
        }
        self.live -= 1
    }

    func view(_ number: Int) -> ChunkView { number < self.sealed.count ? self.sealed[number] : self.tail }

    /// Where the live vector of `key` is.
    func find(_ key: UInt32) -> (view: Int, row: Int)? {
        var (low, high) = (0, self.sealed.count)
        while low < high {
            let middle = (low + high) / 2
            if let keys = self.sealed[middle].keys, keys.upperBound >= key { high = middle } else { low = middle + 1 }
        }
        let view = self.view(low)
        guard let row = view.find(key), !view.isDead(row) else { return nil }
        return (low, row)
    }
}
