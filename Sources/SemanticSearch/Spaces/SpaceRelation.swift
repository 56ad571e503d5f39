import Comparison

/// Whether both sides' vectors live in one space, and why.
///
/// As the comparator of vector outputs decides it (`FirstAnswers.vector`): spaces of equal dimension are different when
/// the vectors of an item are at no smaller angle than chance gives, and yet both sides agree on which items are near
/// which. Chance is measured here by vectors of two different items, so that embeddings whose vectors all point one way
/// count too.
struct SpaceRelation {
    private static let leastItems = 21
    private static let neighbours = 5
    /// How far the mean cosine of an item's two vectors must lie above that of two items, in units of 1/√d: of vectors
    /// that have nothing to do with each other a single one is off by 1.
    private static let clearly = 1.5

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
        let overlap = lists.meanOverlap(k: Self.neighbours)
        let agrees = overlap >= 2 * Double(Self.neighbours) / Double(items.count - 1)
        let agreement = "\(Self.percent(overlap)) of the \(Self.neighbours) nearest neighbours are common"
        guard live == candidate else {
            let kind: SpaceReport.Relation = agrees ? .different : .unrelated
            self.init(kind, "the candidate's vectors have \(candidate) dimensions, live's \(live), and \(agreement)")
            return
        }
        let paired = Self.cosine(items, shift: 0)
        let crossed = Self.cosine(items, shift: items.count / 2)
        let angles = "cosine \(Self.two(paired)) of an item's two vectors, \(Self.two(crossed)) of two items'"
        let isClear = paired - crossed >= Self.clearly / Double(live).squareRoot()
        switch (isClear, agrees) {
        case (true, _): self.init(.shared, angles, cosine: paired)
        case (false, true): self.init(.different, "\(angles), but \(agreement)")
        case (false, false): self.init(.unrelated, "\(angles), and only \(agreement)")
        }
    }

    private init(_ kind: SpaceReport.Relation, _ why: String, cosine: Double? = nil) {
        self.kind = kind
        self.why = why
        self.cosine = cosine
    }

    private static func cosine(_ items: [SpaceItem], shift: Int) -> Double {
        let sum = items.indices.reduce(0.0) { sum, item in
            let other = items[(item + shift) % items.count]
            return sum + (Cosine.similarity(items[item].live, other.candidate) ?? 0)
        }
        return sum / Double(items.count)
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
    private static func two(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
