import SemanticSearch

/// Requests in two dimensions, alike ones near each other, by how far their answers lie apart: steps differ in colour, size
/// and shape.
enum MapPlot {
    private static let (width, height, margin) = (860.0, 460.0, 10.0)

    /// One step of divergence. Later ones are drawn over earlier ones.
    private struct Step {
        var name: Markup
        var words: String
        /// Divergence up to here.
        var limit: Double
        /// Drawn at a place; `h0` with round ends is a dot.
        var shape: Markup
    }

    private static let steps: [Step] = [
        Step(name: "near", words: "up to 0.05", limit: 0.05, shape: "h0"),
        Step(name: "some", words: "to 0.25", limit: 0.25, shape: "h0"),
        Step(name: "much", words: "to 0.5", limit: 0.5, shape: "m-3 0h6m-3 -3v6"),
        Step(name: "apart", words: "above 0.5", limit: .infinity, shape: "m0 -4.5l4.5 4.5-4.5 4.5-4.5-4.5z"),
    ]

    private struct Point {
        var x: Double
        var y: Double
        var step: Int
    }

    /// Empty without a map.
    static func figure(_ section: SlicesSection) -> Markup {
        guard let map = section.map, let drawing = self.markup(map) else { return "" }
        let explained = map.explained.prefix(2).map(Figures.percent)
        let share = explained.count == 2 ? " (\(explained[0]) and \(explained[1]) of the variance)" : ""
        let shown =
            section.mapped > map.ids.count
            ? " \(Figures.count(map.ids.count)) of \(Figures.count(section.mapped)) requests are drawn." : ""
        return """
            <h3>Map of requests</h3>
            <figure>\(drawing)<figcaption>First two principal components\(share); near = alike. Marks are by divergence of \
            the answers.\(shown)</figcaption></figure>

            """
    }

    /// Nil when there is nothing to draw.
    private static func markup(_ map: RequestMap) -> Markup? {
        let points = self.points(map)
        guard !points.isEmpty else { return nil }
        let counts = self.steps.indices.map { index in points.count { $0.step == index } }
        let content = self.marks(points) + self.legend(counts)
        return Drawing.markup(
            "map",
            width: self.width,
            height: self.height + 26,
            title: "Requests in two dimensions, by divergence",
            description: zip(self.steps, counts).map { "divergence \($0.words): \(Figures.count($1)) requests" }
                .joined(separator: "; "),
            content
        )
    }

    private static func points(_ map: RequestMap) -> [Point] {
        let count = min(map.ids.count, map.x.count, map.y.count, map.divergence.count, SlicesSection.pointLimit)
        return (0..<count).compactMap { place in
            let (x, y, divergence) = (Double(map.x[place]), Double(map.y[place]), Double(map.divergence[place]))
            guard x.isFinite, y.isFinite, !divergence.isNaN else { return nil }
            let step = self.steps.firstIndex { divergence <= $0.limit } ?? self.steps.count - 1
            return Point(x: x, y: y, step: step)
        }
    }

    /// Both axes have one scale, so that distances can be compared.
    private static func marks(_ points: [Point]) -> Markup {
        let (lowX, highX) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0)
        let (lowY, highY) = (points.map(\.y).min() ?? 0, points.map(\.y).max() ?? 0)
        let (wide, high) = (self.width - 2 * self.margin, self.height - 2 * self.margin)
        let scale = min(wide / max(highX - lowX, 1e-9), high / max(highY - lowY, 1e-9))
        let place = { (point: Point) -> (Double, Double) in
            (
                self.width / 2 + (point.x - lowX / 2 - highX / 2) * scale,
                self.height / 2 - (point.y - lowY / 2 - highY / 2) * scale
            )
        }
        return self.steps.indices.map { index -> Markup in
            let step = self.steps[index]
            let path: Markup = points.filter { $0.step == index }.map { point -> Markup in
                let (x, y) = place(point)
                return "M\(at: self.tenth(x)) \(at: self.tenth(y))\(step.shape)"
            }.joined()
            return "<path class=\"place \(step.name)\" d=\"\(path)\"></path>"
        }.joined()
    }

    private static func tenth(_ place: Double) -> Double { (place * 10).rounded() / 10 }

    private static func legend(_ counts: [Int]) -> Markup {
        let y = self.height + 14
        var x = self.margin + 96
        var legend: Markup = "<text class=\"tick\" x=\"\(at: self.margin)\" y=\"\(at: y + 4)\">Divergence</text>"
        for (step, count) in zip(self.steps, counts) {
            legend += """
                <path class="place \(step.name)" d="M\(at: x) \(at: y)\(step.shape)"></path>\
                <text x="\(at: x + 11)" y="\(at: y + 4)">\(step.words) (\(Figures.count(count)))</text>
                """
            x += 180
        }
        return legend
    }
}
