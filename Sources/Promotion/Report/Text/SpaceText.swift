package import SemanticSearch

/// What reports say of two embedding models' spaces: each figure with its name and its meaning.
extension SpaceReport {
    package struct Line {
        package var name: String
        package var value: String
        package var meaning: String
    }

    package var title: String {
        switch self.relation {
        case .shared: "The same space"
        case .different: "Different spaces"
        case .unrelated: "Unrelated spaces"
        case .unknown: "Spaces not known yet"
        }
    }

    package var lines: [Line] {
        var lines = [
            Line(
                name: "Items",
                value: Figures.count(self.items),
                meaning: "\(self.liveDimension) dimensions of live, \(self.candidateDimension) of the candidate"
                    + (self.skipped > 0 ? "; \(Figures.count(self.skipped)) left out" : "")
            )
        ]
        let add = { (name: String, value: Double?, meaning: String) in
            if let value { lines.append(Line(name: name, value: Figures.number(value), meaning: meaning)) }
        }
        add("Mean cosine", self.cosine, "of both vectors of an item; 1 is the same")
        let chance = self.chanceOverlap.map { "; chance gives \(Figures.number($0))" } ?? ""
        add("Mutual k-NN", self.mutualOverlap, "share of the nearest \(self.k) that both have\(chance)")
        let worst = self.worstRankBiasedOverlap.map { "; of the worst item \(Figures.number($0))" } ?? ""
        add("RBO", self.rankBiasedOverlap, "agreement of the ranks of the nearest \(self.depth)\(worst)")
        let way = self.linearCKA?.isUnbiased == true ? "unbiased, " : ""
        add("Linear CKA", self.linearCKA?.value, "likeness of the whole clouds; \(way)1 is the same")
        add("Procrustes", self.procrustes, "what is left after the best turn and scaling; 0 is the same")
        return lines
    }
}

extension SpaceReport.WorstItem {
    /// Which neighbours it lost and gained; empty when there are none.
    package var neighboursText: String {
        let parts = [("lost", self.lost), ("gained", self.gained)].filter { !$0.1.isEmpty }
        return parts.map { name, ids in "\(name) \(ids.prefix(3).map { "\($0)" }.joined(separator: ", "))" }
            .joined(separator: "; ")
    }
}
