import ServingCore

/// A fair sample of the pairs of vectors seen so far, each kept with a byte per dimension: near neighbours among a few
/// hundred do not depend on more, and it stays small on disk.
struct VectorReservoir: Sendable, Codable {
    enum Side: Sendable {
        case live, candidate
    }

    struct Item: Sendable, Codable {
        var live: QuantisedVector
        var candidate: QuantisedVector
    }

    static let capacity = 256

    private(set) var items: [Item] = []
    private var seen: UInt64 = 0
    /// State of the generator.
    private var random: UInt64 = 0x7EA1

    /// Keeps the pair with the chance that makes all seen so far equally likely (Vitter's algorithm R, seeded). Returns the
    /// place it got.
    mutating func offer(_ live: [Double], _ candidate: [Double]) -> Int? {
        self.seen &+= 1
        let item = { Item(live: QuantisedVector(live), candidate: QuantisedVector(candidate)) }
        if self.items.count < Self.capacity {
            self.items.append(item())
            return self.items.count - 1
        }
        var chance = SplitMix(state: self.random)
        let place = chance.next() % max(1, self.seen)
        self.random = chance.state
        guard place < UInt64(self.items.count) else { return nil }
        self.items[Int(place)] = item()
        return Int(place)
    }

    /// Indices of the `k` kept items whose vector of this side is nearest to `query` by cosine, nearest first. Cost: all
    /// kept items times the dimensions.
    func nearest(_ k: Int, to query: [Double], _ side: Side, leavingOut: Int?) -> [Int] {
        let query = query.map { Float($0) }
        return Neighbours.largest(k, of: self.items.count, leavingOut: leavingOut) { index in
            let item = self.items[index]
            return Double((side == .live ? item.live : item.candidate).score(query))
        }
    }
}
