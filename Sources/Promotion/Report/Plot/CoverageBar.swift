import ServingCore

/// What became of the sampled requests, as parts of one bar.
enum CoverageBar {
    private static let width = 860.0

    /// Nil before a request was sampled.
    static func markup(_ counts: ShadowCounts) -> Markup? {
        let dropped = counts.dropped.values.reduce(0) { $0 + Double($1) }
        let parts: [(name: Markup, word: String, count: Double)] = [
            ("paired", "paired", Double(counts.paired)), ("dropped", "dropped", dropped),
            ("pending", "pending", Double(counts.pending)),
        ]
        let total = parts.reduce(0) { $0 + $1.count }
        guard total > 0 else { return nil }
        var content: Markup = ""
        var x = 0.5
        for part in parts where part.count > 0 {
            let width = part.count / total * (Self.width - 1)
            content +=
                "<rect class=\"\(part.name)\" x=\"\(at: x)\" y=\"0.5\" width=\"\(at: width)\" height=\"15\"></rect>"
            x += width
        }
        return Drawing.markup(
            "coverage",
            width: Self.width,
            height: 16,
            title: "Sampled requests",
            description: parts.map { "\($0.word) \(Figures.percent($0.count / total))" }.joined(separator: ", "),
            content
        )
    }
}
