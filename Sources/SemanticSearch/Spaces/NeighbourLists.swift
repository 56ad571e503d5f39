import Comparison

/// The nearest neighbours of each item by cosine, in both embeddings, nearest first.
struct NeighbourLists {
    private static let mostShown = 3

    /// Places of items.
    let live: [[Int]]
    let candidate: [[Int]]

    /// Cost: items² times the dimensions.
    init(_ items: [SpaceItem], depth: Int) {
        self.live = Self.lists(items.map(\.live), depth)
        self.candidate = Self.lists(items.map(\.candidate), depth)
    }

    /// Share of the item's `k` nearest on which both sides agree.
    func overlap(_ item: Int, k: Int) -> Double {
        let (one, other) = (self.live[item].prefix(k), self.candidate[item].prefix(k))
        return Double(one.count { other.contains($0) }) / Double(max(1, one.count))
    }

    func meanOverlap(k: Int) -> Double {
        let sum = self.live.indices.reduce(0.0) { $0 + self.overlap($1, k: k) }
        return sum / Double(max(1, self.live.count))
    }

    func rankBiasedOverlap(_ item: Int, p: Double) -> Double {
        Neighbours.rankBiasedOverlap(self.live[item], self.candidate[item], p: p)
    }

    /// Neighbours among the `k` nearest of the one side only, the nearest first.
    func lost(_ item: Int, k: Int) -> [Int] { Self.only(self.live[item], self.candidate[item], k) }
    func gained(_ item: Int, k: Int) -> [Int] { Self.only(self.candidate[item], self.live[item], k) }

    private static func only(_ one: [Int], _ other: [Int], _ k: Int) -> [Int] {
        Array(one.prefix(k).filter { !other.prefix(k).contains($0) }.prefix(Self.mostShown))
    }

    private static func lists(_ vectors: [[Double]], _ depth: Int) -> [[Int]] {
        let dimension = vectors.first?.count ?? 0
        let unit = vectors.map { vector -> [Float] in
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { Float($0 / length) }
        }
        let rows = UnitRows(unit.flatMap { $0 }, dimension: dimension)
        return unit.indices.map { item in
            let products = rows.products(with: unit[item])
            return Neighbours.largest(depth, of: products.count, leavingOut: item) { Double(products[$0]) }
        }
    }
}
