/// Draws live rows of some chunks without repeating one.
struct RowLottery {
    private var places: [(view: Int, row: Int)] = []

    init(_ views: [ChunkView]) {
        for (number, view) in views.enumerated() {
            for row in 0..<view.count where !view.isDead(row) { self.places.append((number, row)) }
        }
    }

    /// In random order; fewer when there are not so many.
    mutating func draw(_ count: Int, _ chance: inout SplitMix) -> [(view: Int, row: Int)] {
        let count = min(count, self.places.count)
        for index in 0..<count {
            let other = index + Int(chance.next() % UInt64(self.places.count - index))
            self.places.swapAt(index, other)
        }
        return Array(self.places[..<count])
    }
}
