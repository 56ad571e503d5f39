import ServingCore

/// One item in both embeddings.
package struct SpaceItem: Sendable, Equatable {
    /// Of a pair.
    package var id: Int64
    package var live: [Double]
    package var candidate: [Double]

    package init(id: Int64, live: [Double], candidate: [Double]) {
        self.id = id
        self.live = live
        self.candidate = candidate
    }

    /// Neither side is zero, nor has NaN, infinity or a number whose square is.
    var isUsable: Bool {
        [self.live, self.candidate].allSatisfy { values in
            let squares = values.reduce(0) { $0 + $1 * $1 }
            return squares.isFinite && squares > .leastNormalMagnitude
        }
    }

    /// Those that are usable and of the dimensions that most of them have, in an order that a hash of the ids decides:
    /// the first so many are an even choice, and a later one keeps most of an earlier one.
    static func chosen(_ items: [SpaceItem]) -> [SpaceItem] {
        let groups = Dictionary(grouping: items.filter(\.isUsable)) { [$0.live.count, $0.candidate.count] }
        let largest = groups.max { one, other in
            if one.value.count != other.value.count { return one.value.count < other.value.count }
            return one.key.lexicographicallyPrecedes(other.key)
        }
        var seen = Set<Int64>()
        let distinct = (largest?.value ?? []).filter { seen.insert($0.id).inserted }
        return distinct.map { (hash: StableHash.fmix64(UInt64(bitPattern: $0.id)), item: $0) }
            .sorted { $0.hash < $1.hash }.map(\.item)
    }
}
