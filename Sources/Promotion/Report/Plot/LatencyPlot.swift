import Trials

/// The times of all legs on one logarithmic axis: how many answers took how long, and below it median and p99.
enum LatencyPlot {
    private static let width = 860.0
    private static let (left, right) = (84.0, 844.0)
    private static let (top, base) = (16.0, 176.0)
    private static let laneHeight = 34.0

    /// Nil before there are times.
    static func markup(_ legs: [LatencyLeg]) -> Markup? {
        guard let axis = self.axis(legs) else { return nil }
        let shares = legs.flatMap { leg in leg.steps.map { Double($0.count) / leg.total } }
        let ticks = Ticks.linear(upTo: shares.max() ?? 1)
        let heights = Scale(.linear, from: 0, to: ticks.last ?? 1, start: self.base, end: self.top)
        var content = self.grid(axis, ticks, heights, lanes: legs.count)
        // The candidate's line lies on top.
        for leg in legs.sorted(by: { self.order($0.line) < self.order($1.line) }) {
            content += self.curve(leg, axis, heights)
        }
        for (index, leg) in legs.enumerated() { content += QuantileLane.markup(leg, axis, y: self.lane(index)) }
        return Drawing.markup(
            "latency",
            width: self.width,
            height: self.lane(legs.count) - 8,
            title: "Time of the model's run: \(legs.map(\.name).joined(separator: ", "))",
            description: legs.map(self.description).joined(separator: "; "),
            content
        )
    }

    /// Long tails would press everything else together: the axis ends where all but one in a thousand of each leg have
    /// answered.
    private static func axis(_ legs: [LatencyLeg]) -> Scale? {
        var (low, high) = (Double.infinity, 0.0)
        for leg in legs {
            low = min(low, leg.steps.first?.from ?? low)
            var seen = 0.0
            let last = leg.steps.first { step in
                seen += Double(step.count)
                return seen >= leg.total * 0.999
            }
            high = max(high, last?.to ?? high, leg.quantiles.p99)
        }
        guard low > 0, high > low, high.isFinite else { return nil }
        // Some air on both sides, a decade of range at least half the width.
        return Scale(.logarithmic, from: low / 1.25, to: max(high * 1.25, low * 2), start: self.left, end: self.right)
    }

    private static func order(_ line: LatencyLeg.Line) -> Int {
        switch line {
        case .live: 0
        case .again: 1
        case .candidate: 2
        }
    }

    private static func lane(_ index: Int) -> Double { self.base + 58 + Double(index) * self.laneHeight }

    private static func grid(_ axis: Scale, _ ticks: [Double], _ heights: Scale, lanes: Int) -> Markup {
        var markup: Markup = ""
        for tick in ticks {
            let y = heights.place(tick)
            markup += """
                <path class="grid" d="M\(at: axis.start) \(at: y)H\(at: axis.end)"></path>\
                <text class="tick" x="\(at: axis.start - 6)" y="\(at: y + 4)" text-anchor="end">\
                \(Figures.percent(tick))</text>
                """
        }
        for tick in Ticks.logarithmic(from: axis.low, to: axis.high) {
            let x = axis.place(tick)
            markup += """
                <path class="grid" d="M\(at: x) \(at: self.top)V\(at: self.lane(lanes) - 16)"></path>\
                <text class="tick" x="\(at: x)" y="\(at: self.base + 17)" text-anchor="middle">\
                \(Figures.duration(tick))</text>
                """
        }
        return markup + "<path class=\"axis\" d=\"M\(at: axis.start) \(at: self.base)H\(at: axis.end)\"></path>"
    }

    /// A line of steps, down to the axis where no answer was.
    private static func curve(_ leg: LatencyLeg, _ axis: Scale, _ heights: Scale) -> Markup {
        var path: Markup = ""
        var last: LatencyCurves.Step?
        for step in leg.steps where step.from < axis.high {
            let (x, y) = (axis.place(step.from), heights.place(Double(step.count) / leg.total))
            if let last, step.from <= last.to * 1.001 {
                path += "V\(at: y)"
            } else {
                if let last { path += "H\(at: axis.place(last.to))V\(at: self.base)" }
                path += "\(last == nil ? "M" : "L" as Markup)\(at: x) \(at: self.base)V\(at: y)"
            }
            path += "H\(at: axis.place(step.to))"
            last = step
        }
        return "<path class=\"curve \(leg.style)\" d=\"\(path)V\(at: self.base)\"></path>"
    }

    private static func description(_ leg: LatencyLeg) -> String {
        "\(leg.name): median \(Figures.duration(leg.quantiles.p50)), p99 \(Figures.duration(leg.quantiles.p99)), "
            + "\(Figures.count(leg.quantiles.count)) answers"
    }
}
