import Comparison
import ServingCore

extension SearchEngine {
    /// Earlier requests that are looked for, and how far back they may lie, microseconds.
    private static let referenceLimit = 1_000
    private static let referenceLeast = 100
    private static let referenceAge: Int64 = 7 * 24 * 3_600 * 1_000_000

    /// Measures anew when the release has grown by half. True when it has done something.
    func measureCoverage(of model: String) -> Bool {
        guard let collection = self.collections[model], collection.backlog == 0,
            let release = collection.table.newestRelease
        else { return false }
        let pairs = collection.table.pairCount(of: release)
        if let known = self.coverage[model], known.release == release, Double(pairs) < 1.5 * Double(known.pairs) {
            return false
        }
        guard
            let finding = collection.coverage(of: release, Self.referenceLimit, Self.referenceLeast, Self.referenceAge)
        else {
            return false
        }
        self.coverage[model] = finding
        self.published.publish(finding, model)
        return true
    }
}

extension Collection {
    /// How many of `limit` requests of other releases, chosen by their ids, have a like one in `release`. Nil when there are
    /// fewer than `least` to look for. Costs two searches for each of them.
    func coverage(of release: Int64, _ limit: Int, _ least: Int, _ age: Int64) -> CoverageFinding? {
        let kinds: [SpaceName.Kind] = [.text, .numbers]
        guard
            let space = kinds.lazy.compactMap({ self.spaces[SpaceName(.requests, $0)] }).first(where: {
                $0.index.count > 0
            })
        else { return nil }
        let newest = self.table.ids.max() ?? 0
        let earlier = (0..<UInt32(clamping: self.table.count)).filter { row in
            let place = Int(row)
            return self.table.isThere(place) && self.table.releases[place] != release
                && self.table.ids[place] >= newest - age && space.key(of: row) < Space.nothing
        }
        guard earlier.count >= least else { return nil }
        let chosen = earlier.map { (hash: StableHash.fmix64(UInt64(bitPattern: self.table.ids[Int($0)])), row: $0) }
            .sorted { $0.hash < $1.hash }.prefix(limit).map(\.row)
        let window = self.table.newestRows(of: release, limit: self.table.count)
        var (own, other): ([Double], [Double]) = ([], [])
        for row in chosen {
            guard let vector = space.vector(of: row) else { continue }
            // Among the reference itself: the nearest but the request, which another pair may have made too.
            let key = space.key(of: row)
            let nearest = space.nearest(2, to: vector, among: chosen).first { $0.key != key }
            own.append(Self.distance(nearest?.similarity))
            other.append(Self.distance(space.nearest(1, to: vector, among: window).first?.similarity))
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
