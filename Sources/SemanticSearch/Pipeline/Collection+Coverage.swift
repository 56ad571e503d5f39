import Comparison
import ServingCore

extension Collection {
    /// Earlier requests that are looked for, at most and at least, and how far back they may lie, microseconds.
    private static let references = 100...1_000
    private static let referenceAge: Int64 = 7 * 24 * 3_600 * 1_000_000

    /// How many requests of other releases, chosen by their ids, have a like one in `release`. Nil when there are too few to
    /// look for. Costs two searches for each of them.
    func coverage(of release: Int64) -> CoverageFinding? {
        let kinds: [SpaceName.Kind] = [.text, .numbers]
        guard
            let space = kinds.lazy.compactMap({ self.spaces[SpaceName(.requests, $0)] }).first(where: {
                $0.index.count > 0
            })
        else { return nil }
        let since = (self.table.ids.max() ?? 0) - Self.referenceAge
        let earlier = (0..<UInt32(clamping: self.table.count)).filter { row in
            let place = Int(row)
            return self.table.releases[place] != release && self.table.ids[place] >= since
                && space.key(of: row) < Space.nothing
        }
        guard earlier.count >= Self.references.lowerBound else { return nil }
        let chosen = earlier.map { (hash: StableHash.fmix64(UInt64(bitPattern: self.table.ids[Int($0)])), row: $0) }
            .sorted { $0.hash < $1.hash }.prefix(Self.references.upperBound).map(\.row)
        let window = self.table.newestRows(of: release, limit: self.table.count)
        let (reference, seen) = (space.keys(of: chosen), space.keys(of: window))
        var (own, other): ([Double], [Double]) = ([], [])
        for row in chosen {
            guard let vector = space.vector(of: row) else { continue }
            // Among the reference itself: the nearest but the request, which another pair may have made too.
            let key = space.key(of: row)
            let nearest = space.index.search(vector, count: 2, allowed: reference).first { $0.key != key }
            own.append(Self.distance(nearest?.similarity))
            other.append(Self.distance(space.index.search(vector, count: 1, allowed: seen).first?.similarity))
        }
        guard !own.isEmpty else { return nil }
        // Not less than what rounding alone may move a request.
        let radius = max(1e-4, own.sorted()[min(own.count - 1, own.count * 95 / 100)])
        return CoverageFinding(
            release: release,
            reference: own.count,
            covered: other.count { $0 <= radius },
            radius: radius,
            pairs: window.count
        )
    }

    /// 2, more than any, when there is none.
    private static func distance(_ similarity: Float?) -> Double { similarity.map { 1 - Double($0) } ?? 2 }
}
