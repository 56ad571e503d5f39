import SemanticSearch

/// How the embeddings of both sides compare, for models whose outputs are embeddings.
enum SpacesPart {
    private static let worst = 10

    static func markup(_ spaces: SpaceReport?) -> Markup {
        guard let spaces else { return "" }
        let rows: [Markup] = spaces.lines.map { line in
            """
            <tr><th scope="row">\(line.name)</th><td class="number">\(line.value)</td><td>\(line.meaning)</td></tr>

            """
        }
        return """
            <h3>Embeddings: \(spaces.title)</h3>
            <p>\(Prose.markup(spaces.why.sentence))</p>
            <table><thead><tr><th scope="col">Figure</th><th scope="col" class="number">Value</th>\
            <th scope="col">What it says</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>
            \(self.items(spaces.worst))
            """
    }

    private static func items(_ items: [SpaceReport.WorstItem]) -> Markup {
        guard !items.isEmpty else { return "" }
        let rows: [Markup] = items.prefix(self.worst).map { item in
            """
            <tr><th scope="row"><code>\(item.id)</code></th><td class="number">\(Figures.number(item.overlap))</td>\
            <td class="number">\(Figures.number(item.rankBiasedOverlap))</td>\
            <td class="number">\(item.residual.map(Figures.number) ?? Figures.none)</td>\
            <td>\(item.neighboursText)</td></tr>

            """
        }
        return """
            <table><caption>Pairs whose neighbours changed most</caption><thead><tr><th scope="col">Pair</th>\
            <th scope="col" class="number">Mutual k-NN</th><th scope="col" class="number">RBO</th>\
            <th scope="col" class="number">Residual</th><th scope="col">Neighbours</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }
}
