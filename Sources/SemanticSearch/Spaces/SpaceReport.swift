/// How alike two embedding models are, by what is near what. All figures are finite; nil where there is too little to
/// tell.
package struct SpaceReport: Sendable, Codable, Equatable {
    package enum Relation: String, Sendable, Codable {
        /// Vectors of both sides can be compared by their angle.
        case shared
        /// They cannot: the axes have nothing to do with each other, or there are more of them on one side.
        case different
        /// Neither the angle nor the neighbours show that the candidate's vectors mean anything.
        case unrelated
        /// Too few items, or no difference between them on one side.
        case unknown
    }

    package var relation: Relation
    /// For people: why, in one sentence.
    package var why: String
    package var items: Int
    /// Items left out, for another dimension than most or for numbers that are no vector.
    package var skipped: Int
    package var liveDimension: Int
    package var candidateDimension: Int
    /// Mean cosine of both sides' vectors of an item; only when the space is shared.
    package var cosine: Double?
    /// Mean share of an item's `k` nearest neighbours on which both sides agree, and what chance would give.
    package var k: Int
    package var mutualOverlap: Double?
    package var chanceOverlap: Double?
    /// Rank-biased overlap (p .9) of the lists of the nearest `depth`: of an item on average, and of the worst.
    package var depth: Int
    package var rankBiasedOverlap: Double?
    package var worstRankBiasedOverlap: Double?
    package var linearCKA: CKA?
    /// What is left after the best translation, scaling and rotation, 0...1; nil when the dimensions differ or are too
    /// many.
    package var procrustes: Double?
    /// Items whose neighbours changed most.
    package var worst: [WorstItem]

    package struct CKA: Sendable, Codable, Equatable {
        package var value: Double
        /// With the unbiased estimate, taken when there are no more items than dimensions.
        package var isUnbiased: Bool
        package var items: Int

        package init(value: Double, isUnbiased: Bool, items: Int) {
            self.value = value
            self.isUnbiased = isUnbiased
            self.items = items
        }
    }

    package struct WorstItem: Sendable, Codable, Equatable {
        package var id: Int64
        package var overlap: Double
        package var rankBiasedOverlap: Double
        /// Squared distance after the best fit, in units in which its mean over all items is `procrustes`.
        package var residual: Double?
        /// Ids of its nearest neighbours that only live, or only the candidate, counts among them; at most 3 each.
        package var lost: [Int64]
        package var gained: [Int64]

        package init(
            id: Int64,
            overlap: Double,
            rankBiasedOverlap: Double,
            residual: Double?,
            lost: [Int64],
            gained: [Int64]
        ) {
            self.id = id
            self.overlap = overlap
            self.rankBiasedOverlap = rankBiasedOverlap
            self.residual = residual
            self.lost = lost
            self.gained = gained
        }
    }
}

extension SpaceReport {
    /// Without any figures.
    package init(relation: Relation, why: String) {
        self.init(
            relation: relation,
            why: why,
            items: 0,
            skipped: 0,
            liveDimension: 0,
            candidateDimension: 0,
            cosine: nil,
            k: SpaceComparison.k,
            mutualOverlap: nil,
            chanceOverlap: nil,
            depth: SpaceComparison.depth,
            rankBiasedOverlap: nil,
            worstRankBiasedOverlap: nil,
            linearCKA: nil,
            procrustes: nil,
            worst: []
        )
    }
}
