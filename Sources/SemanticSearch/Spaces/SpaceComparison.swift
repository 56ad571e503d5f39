import Comparison

/// Compares two embeddings of the same items when an output is itself an embedding: by who is near whom, which needs no
/// common axes. Only where both sides demonstrably share one space is there a cosine between them.
package struct SpaceComparison: Sendable {
    /// Items looked at.
    package static let mostItems = 2_000
    static let k = 10
    static let depth = 20
    private static let persistence = 0.9
    private static let mostWorst = 20
    /// Multiplications that CKA may take.
    private static let work = 600_000_000

    private let items: [SpaceItem]
    private let skipped: Int

    package init(items: [SpaceItem]) {
        let usable = SpaceItem.chosen(items)
        self.items = Array(usable.prefix(Self.mostItems))
        self.skipped = items.count - usable.count
    }

    /// Cost for 2,000 items of 384 values: some seconds.
    package func run() -> SpaceReport {
        let items = self.items
        let lists = NeighbourLists(items, depth: Self.depth)
        let relation = SpaceRelation(items, lists)
        let isEnough = items.count > Self.depth
        let overlaps = items.indices.map { lists.overlap($0, k: Self.k) }
        let ranks = items.indices.map { lists.rankBiasedOverlap($0, p: Self.persistence) }
        let fit = isEnough ? ProcrustesFit(items) : nil
        let order = items.indices.sorted { (overlaps[$0], ranks[$0], $0) < (overlaps[$1], ranks[$1], $1) }
        let worst = order.prefix(isEnough ? Self.mostWorst : 0).map { item in
            SpaceReport.WorstItem(
                id: items[item].id,
                overlap: overlaps[item],
                rankBiasedOverlap: ranks[item],
                residual: fit?.residuals[item],
                lost: lists.lost(item, k: Self.k).map { items[$0].id },
                gained: lists.gained(item, k: Self.k).map { items[$0].id }
            )
        }
        return SpaceReport(
            relation: relation.kind,
            why: relation.why,
            items: items.count,
            skipped: self.skipped,
            liveDimension: items.first?.live.count ?? 0,
            candidateDimension: items.first?.candidate.count ?? 0,
            cosine: relation.cosine,
            k: Self.k,
            mutualOverlap: isEnough ? lists.meanOverlap(k: Self.k) : nil,
            chanceOverlap: isEnough ? Double(Self.k) / Double(items.count - 1) : nil,
            depth: Self.depth,
            rankBiasedOverlap: isEnough ? ranks.reduce(0, +) / Double(items.count) : nil,
            worstRankBiasedOverlap: isEnough ? ranks.min() : nil,
            linearCKA: isEnough ? Self.linearCKA(items) : nil,
            procrustes: fit?.disparity,
            worst: worst
        )
    }

    /// Biased when there are more items than dimensions, else unbiased; on fewer items where all would take long.
    private static func linearCKA(_ items: [SpaceItem]) -> SpaceReport.CKA? {
        let dimension = items.reduce(0) { max($0, $1.live.count, $1.candidate.count) }
        var count = items.count
        while count > Self.depth, Self.work / count / dimension < min(count, dimension) { count /= 2 }
        let chosen = items.prefix(count)
        guard let x = Matrix(chosen.map(\.live)), let y = Matrix(chosen.map(\.candidate)) else { return nil }
        let isUnbiased = dimension >= count
        let value = isUnbiased ? Alignment.unbiasedLinearCKA(x, y) : Alignment.linearCKA(x, y)
        guard let value, value.isFinite else { return nil }
        return SpaceReport.CKA(value: value, isUnbiased: isUnbiased, items: count)
    }
}
