/// Sentences with how often each held, most often first.
enum CountedList {
    static func markup(_ title: Markup, _ counts: [String: UInt64]) -> Markup {
        guard !counts.isEmpty else { return "" }
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let rows: [Markup] = sorted.map { sentence, count in
            """
            <tr><td class="number">\(Figures.count(count))</td><td>\(Prose.markup(sentence, 300))</td></tr>

            """
        }
        return """
            <table><caption>\(title)</caption><thead><tr><th scope="col" class="number">Pairs</th>\
            <th scope="col">What</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }
}
