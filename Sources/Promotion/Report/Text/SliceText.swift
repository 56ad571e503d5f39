package import SemanticSearch

/// What reports say of a slice, in words.
extension Slice {
    /// Pairs: `298 (2.9 %)`.
    var supportText: String { "\(Promotion.Figures.count(self.support)) (\(Promotion.Figures.percent(self.share)))" }

    var excessText: String { Promotion.Figures.difference(self.excess.mean) }

    /// `+3.1 % to +9.2 %`
    var boundsText: String {
        "\(Promotion.Figures.difference(self.excess.lower)) to \(Promotion.Figures.difference(self.excess.upper))"
    }

    var stateText: String { self.confirmed ? "confirmed" : "not confirmed" }

    /// Neither good nor bad: a candidate may be meant to differ there.
    var stateSymbol: String { self.confirmed ? "●" : "○" }

    /// The words that tell its requests from others; nil without any.
    var termsText: String? {
        self.terms.isEmpty ? nil : self.terms.prefix(5).map { PlainText.line($0.word, 40) }.joined(separator: ", ")
    }

    /// Ids of at most three pairs: the most typical one, then those that diverged most.
    var shown: [Int64] {
        var ids: [Int64] = []
        for id in self.examples.prefix(1) + self.mostDivergent + self.examples.dropFirst()
        where ids.count < 3 && !ids.contains(id) { ids.append(id) }
        return ids
    }
}

extension Figures {
    /// `+4.5 %`, `−0.3 %`
    static func difference(_ value: Double) -> String { (value > 0 ? "+" : "") + self.percent(value) }
}

extension SliceFindings {
    /// For people: what there is, in one sentence.
    package var sentence: String {
        guard self.epoch > 0 else {
            return "Slices are proposed from \(Figures.count(self.nextEpoch)) distinct requests on; there are "
                + "\(Figures.count(self.requests)) yet."
        }
        guard !self.slices.isEmpty else {
            return "No part of \(Figures.count(self.requests)) distinct requests stands out."
        }
        let confirmed = self.confirmed.count
        guard confirmed > 0 else {
            return "None of \(Figures.count(self.slices.count)) slices is confirmed: that they differ may be chance."
        }
        return "\(Figures.count(confirmed)) of \(Figures.count(self.slices.count)) slices "
            + "\(confirmed == 1 ? "is" : "are") confirmed: of such at most \(Figures.percent(self.alpha)) are expected to "
            + "be false."
    }
}

extension CoverageFinding {
    /// For people: how much of the usual traffic was seen.
    package var sentence: String {
        "Requests like \(Figure.wholePercent(self.share)) of \(Figures.count(self.reference)) earlier ones were seen among "
            + "\(Figures.count(self.pairs)) pairs (cosine distance up to \(Figures.number(self.radius)))."
    }
}
