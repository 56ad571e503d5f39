import Comparison
import Trials

/// Divergence of one output beside its noise: the share of pairs in each step of distance.
enum DivergencePlot {
    private static let width = 860.0
    private static let (left, right) = (56.0, 852.0)
    private static let (top, base) = (22.0, 132.0)

    /// Nil before anything was compared.
    static func markup(_ output: TrialDocument.Output) -> Markup? {
        let shares = self.shares(output.divergence)
        guard !shares.isEmpty else { return nil }
        let noise = self.shares(output.noise)
        let ticks = Ticks.linear(upTo: min(1, (shares + noise).max() ?? 1)).filter { $0 <= 1.001 }
        let heights = Scale(
            .linear,
            from: 0,
            to: max(ticks.last ?? 1, shares.max() ?? 1),
            start: self.base,
            end: self.top
        )
        var content = self.grid(ticks, heights)
        let step = (self.right - self.left) / Double(DivergenceDistribution.edges.count)
        for index in DivergenceDistribution.edges.indices {
            let x = self.left + Double(index) * step
            let bar = noise.isEmpty ? step - 12 : (step - 12) / 2
            if index < shares.count { content += self.bar("divergence", shares[index], x + 6, bar, heights) }
            if index < noise.count { content += self.bar("noise", noise[index], x + 6 + bar, bar, heights) }
            content += """
                <text class="tick" x="\(at: x + step / 2)" y="\(at: self.base + 16)" text-anchor="middle">\
                \(self.label(index))</text>
                """
        }
        return Drawing.markup(
            "divergence",
            width: self.width,
            height: self.base + 24,
            title: "Divergence of \(PlainText.line(output.plan.name, 80))\(noise.isEmpty ? "" : " beside noise")",
            description: self.description("divergence", output.divergence)
                + (noise.isEmpty ? "" : "; " + self.description("noise", output.noise)),
            content
        )
    }

    private static func shares(_ distribution: TrialDocument.Distribution) -> [Double] {
        let total = distribution.histogram.reduce(0) { $0 + Double($1) }
        return total > 0 ? distribution.histogram.map { Double($0) / total } : []
    }

    private static func label(_ index: Int) -> String {
        index == 0 ? "0" : "≤ \(Figures.number(DivergenceDistribution.edges[index]))"
    }

    private static func grid(_ ticks: [Double], _ heights: Scale) -> Markup {
        ticks.map { tick in
            let y = heights.place(tick)
            return """
                <path class="\(tick == 0 ? "axis" : "grid" as Markup)" d="M\(at: self.left) \(at: y)H\(at: self.right)">\
                </path><text class="tick" x="\(at: self.left - 6)" y="\(at: y + 4)" text-anchor="end">\
                \(Figures.percent(tick))</text>
                """
        }.joined()
    }

    /// The smallest share can still be seen, and each is written above its bar.
    private static func bar(_ name: Markup, _ share: Double, _ x: Double, _ width: Double, _ heights: Scale) -> Markup {
        guard share > 0 else { return "" }
        let y = min(heights.place(share), self.base - 2)
        return """
            <rect class="\(name)" x="\(at: x + 1)" y="\(at: y)" width="\(at: width - 2)" height="\(at: self.base - y)">\
            </rect><text class="value" x="\(at: x + width / 2)" y="\(at: y - 4)" text-anchor="middle">\
            \(self.figure(share * 100))</text>
            """
    }

    /// Short enough to stand above a bar.
    private static func figure(_ percent: Double) -> String {
        percent < 0.01 ? "<.01" : Figures.decimal(percent, places: percent < 1 ? 2 : percent < 99.95 ? 1 : 0)
    }

    private static func description(_ name: String, _ distribution: TrialDocument.Distribution) -> String {
        "\(name): mean \(Figures.number(distribution.mean)), largest \(Figures.number(distribution.max)), "
            + "\(Figures.count(distribution.count)) pairs"
    }
}
