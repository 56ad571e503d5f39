/// The best rows of a scan so far, worst on top of a heap.
struct Shortlist {
    struct Entry {
        var score: Float
        var key: UInt32
        var view: UInt32
        var row: UInt32

        func isWorse(than other: Entry) -> Bool {
            self.score != other.score ? self.score < other.score : self.key > other.key
        }
    }

    private let limit: Int
    private(set) var entries: [Entry] = []
    /// Rows with lower scores need not be offered.
    private(set) var threshold = -Float.infinity

    /// `limit` is positive.
    init(limit: Int) {
        self.limit = limit
        self.entries.reserveCapacity(min(limit, 4_096))
    }

    mutating func offer(_ entry: Entry) {
        if self.entries.count < self.limit {
            self.entries.append(entry)
            self.rise(self.entries.count - 1)
            if self.entries.count == self.limit { self.threshold = self.entries[0].score }
        } else if self.entries[0].isWorse(than: entry) {
            self.entries[0] = entry
            self.sink()
            self.threshold = self.entries[0].score
        }
    }

    private mutating func rise(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.entries[child].isWorse(than: self.entries[parent]) else { return }
            self.entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < self.entries.count else { return }
            if child + 1 < self.entries.count, self.entries[child + 1].isWorse(than: self.entries[child]) { child += 1 }
            guard self.entries[child].isWorse(than: self.entries[parent]) else { return }
            self.entries.swapAt(child, parent)
            parent = child
        }
    }
}
