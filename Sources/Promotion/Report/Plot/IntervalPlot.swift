import ServingCore

/// One check's bounds against its margin. All checks share one axis, whatever their unit: at 0 the candidate does as live
/// does, at 1 it is as much worse as the margin allows.
enum IntervalPlot {
    static let width = 192.0
    private static let height = 26.0
    private static let axis = Scale(.linear, from: -1, to: 2.2, start: 0, end: Self.width)
    /// Where the style sheet draws lines through all rows.
    static let neutralPlace = Self.axis.place(0)
    static let marginPlace = Self.axis.place(1)

    /// Nil for checks that are not about a margin.
    static func markup(_ check: CheckResult) -> Markup? {
        guard let margin = check.margin, margin.isFinite, margin > check.unit.neutral, check.state != .absent else {
            return nil
        }
        let scaled = { (value: Double) in (value - check.unit.neutral) / (margin - check.unit.neutral) }
        let (lower, upper) = (check.finiteLower.map(scaled), check.finiteUpper.map(scaled))
        let mean = check.mean.flatMap { $0.isFinite ? scaled($0) : nil }
        return Drawing.markup(
            "interval",
            width: Self.width,
            height: Self.height,
            title: "\(PlainText.line(check.title, 160)): \(check.state.rawValue)",
            description: Self.description(check),
            Self.beyond + Self.bar(lower, upper, check.state) + Self.dot(mean)
        )
    }

    private static func description(_ check: CheckResult) -> String {
        [
            check.estimateText.map { "estimate \($0)" }, check.boundsText.map { "bounds: \($0)" },
            check.marginText.map { "margin \($0)" },
        ].compactMap { $0 }.joined(separator: "; ")
    }

    private static let beyond: Markup = """
        <rect class="beyond" x="\(at: Self.marginPlace)" y="0" width="\(at: Self.width - Self.marginPlace)" \
        height="\(at: Self.height)"></rect>
        """

    /// Nil is unbounded: the bar goes on beyond the drawing, as one does whose end lies there.
    private static func bar(_ lower: Double?, _ upper: Double?, _ state: CheckResult.State) -> Markup {
        let (lower, upper) = (lower ?? -.infinity, upper ?? .infinity)
        // Arrows take the place of an end; a bar that lies beyond the drawing keeps a stump.
        let isCutLeft = lower < Self.axis.low
        let isCutRight = upper > Self.axis.high
        let left = isCutLeft ? 7 : min(Self.axis.place(lower), Self.width - (isCutRight ? 20 : 3))
        let right = isCutRight ? Self.width - 7 : max(Self.axis.place(upper), left + (isCutLeft ? 13 : 3))
        let style = state.rawValue
        var markup: Markup = """
            <rect class="bar \(style)" x="\(at: left)" y="8" width="\(at: right - left)" height="10"></rect>
            """
        if isCutLeft { markup += "<path class=\"bar \(style)\" d=\"M8 6L1 13L8 20Z\"></path>" }
        if isCutRight {
            let (base, tip) = (Self.width - 8, Self.width - 1)
            markup += "<path class=\"bar \(style)\" d=\"M\(at: base) 6L\(at: tip) 13L\(at: base) 20Z\"></path>"
        }
        return markup
    }

    private static func dot(_ mean: Double?) -> Markup {
        guard let mean, Self.axis.holds(mean) else { return "" }
        return "<circle class=\"mean\" cx=\"\(at: Self.axis.place(mean))\" cy=\"13\" r=\"3.6\"></circle>"
    }
}
