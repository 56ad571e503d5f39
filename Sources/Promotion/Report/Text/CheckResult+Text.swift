import ServingCore

/// A check's figures in words.
extension CheckResult {
    var unit: CheckUnit { CheckUnit(self.check) }

    private func text(_ value: Double) -> String { self.unit.text(value) }

    /// `0.12 %`; nil before there is one.
    var estimateText: String? { self.mean.flatMap { $0.isFinite ? self.text($0) : nil } }

    /// `−0.05 % to 0.41 %`, `at most 0.41 %`; nil when nothing is known.
    var boundsText: String? {
        switch (self.finiteLower, self.finiteUpper) {
        case (let lower?, let upper?): "\(self.text(lower)) to \(self.text(upper))"
        case (let lower?, nil): "at least \(self.text(lower))"
        case (nil, let upper?): "at most \(self.text(upper))"
        case (nil, nil): nil
        }
    }

    var marginText: String? { self.margin.flatMap { $0.isFinite ? self.text($0) : nil } }

    var finiteLower: Double? { self.lower.flatMap { $0.isFinite ? $0 : nil } }
    var finiteUpper: Double? { self.upper.flatMap { $0.isFinite ? $0 : nil } }

    /// `320 of at least 500`
    var countText: String {
        self.count < self.minimum
            ? "\(Figures.count(self.count)) of at least \(Figures.count(self.minimum))" : Figures.count(self.count)
    }

    /// What an undecided check still waits for; nil for the others.
    var outlookText: String? {
        guard self.state == .undecided else { return nil }
        if self.waitsForNoTest { return self.remaining.map { "\(Figures.span($0)) to go" } }
        guard let needed = self.needed else {
            return self.count < self.minimum ? nil : "a decision is unlikely at this margin"
        }
        let wait = self.remaining.map { ", \(Figures.span($0)) to go" } ?? ""
        return "about \(Figures.count(needed)) in all\(wait)"
    }

    /// Undecided, it waits for time, for what is asked, or for search.
    private var waitsForNoTest: Bool { self.check == .coverage || self.check == .segments }

    /// What keeps this check from passing, in one clause; nil when it passes.
    var missingText: String? {
        switch self.state {
        case .pass: nil
        case .absent: "there is nothing to look at"
        case .undecided where self.waitsForNoTest: self.sentence
        case .undecided: self.countText + (self.outlookText.map { ": \($0)" } ?? "")
        case .fail:
            if let lower = self.finiteLower, let margin = self.marginText {
                "at least \(self.text(lower)), and the margin is \(margin)"
            } else if let estimate = self.estimateText, let margin = self.marginText {
                "\(estimate), and the margin is \(margin)"
            } else {
                "it failed"
            }
        }
    }
}

extension CheckResult.State {
    /// Told apart without colour.
    var symbol: String {
        switch self {
        case .pass: "✓"
        case .fail: "✗"
        case .undecided: "…"
        case .absent: "–"
        }
    }
}
