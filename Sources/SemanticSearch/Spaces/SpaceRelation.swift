import Comparison

/// Whether both sides' vectors live in one space, and why.
///
/// As the comparator of vector outputs decides it (`FirstAnswers.vector`): spaces of equal dimension are different when
/// the vectors of an item have no more in common than those of two items (`CommonSpace`), and yet both sides agree on
/// which items are near which.
struct SpaceRelation {
    private static let leastItems = SpaceComparison.depth + 1

    let kind: SpaceReport.Relation
    let why: String
    /// Nil unless the space is shared.
    let cosine: Double?

    init(_ items: [SpaceItem], _ lists: NeighbourLists) {
        let (live, candidate) = (items.first?.live.count ?? 0, items.first?.candidate.count ?? 0)
        guard items.count >= Self.leastItems else {
            self.init(.unknown, "\(items.count) items are too few, \(Self.leastItems) are needed")
            return
        }
        let overlap = lists.meanOverlap(k: CommonSpace.k)
        let agrees = CommonSpace.agrees(overlap, items: items.count)
        let agreement = "\(Self.percent(overlap)) of the \(CommonSpace.k) nearest neighbours are common"
        guard live == candidate else {
            let kind: SpaceReport.Relation = agrees ? .different : .unrelated
            self.init(kind, "the candidate's vectors have \(candidate) dimensions, live's \(live), and \(agreement)")
            return
        }
        guard let space = CommonSpace(items.map(\.live), items.map(\.candidate)) else {
            self.init(.unknown, "all vectors of one side are alike")
            return
        }
        let angles =
            "cosine \(Self.two(space.paired)) of an item's two vectors, \(Self.two(space.crossed)) of two items'"
        switch (space.isShared, agrees) {
        case (true, _): self.init(.shared, angles, cosine: space.paired)
        case (false, true): self.init(.different, "\(angles), but \(agreement)")
        case (false, false): self.init(.unrelated, "\(angles), and only \(agreement)")
        }
    }

    private init(_ kind: SpaceReport.Relation, _ why: String, cosine: Double? = nil) {
        self.kind = kind
        self.why = why
        self.cosine = cosine
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
    private static func two(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
