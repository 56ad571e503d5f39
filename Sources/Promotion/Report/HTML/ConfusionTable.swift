import Trials

/// Which class became which: a matrix for up to twelve classes, else the most frequent changes.
enum ConfusionTable {
    private static let classLimit = 12
    private static let rowLimit = 15

    static func markup(_ output: TrialDocument.Output, role: String) -> Markup {
        let cells = output.confusion
        guard !cells.isEmpty else { return "" }
        let classes = self.classes(cells)
        return classes.count <= self.classLimit ? self.matrix(cells, classes, role) : self.changes(cells, role)
    }

    private static func classes(_ cells: [TrialDocument.Confusion]) -> [String] {
        let names = Set(cells.flatMap { [$0.live, $0.candidate] })
        return names.sorted { one, two in
            switch (Int(one), Int(two)) {
            case (let left?, let right?): left != right ? left < right : one < two
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): one < two
            }
        }
    }

    private static func matrix(_ cells: [TrialDocument.Confusion], _ classes: [String], _ role: String) -> Markup {
        var counts: [String: [String: UInt64]] = [:]
        for cell in cells { counts[cell.live, default: [:]][cell.candidate] = cell.count }
        let heads: [Markup] = classes.map { "<th scope=\"col\">\(PlainText.line($0, 24))</th>" }
        let rows: [Markup] = classes.map { live in
            let row: [Markup] = classes.map { candidate in
                let count = counts[live]?[candidate] ?? 0
                if count == 0 { return "<td class=\"none\">·</td>" }
                let isSame = live == candidate
                return isSame
                    ? "<td class=\"same\">\(Figures.count(count))</td>"
                    : "<td><mark>\(Figures.count(count))</mark></td>"
            }
            return "<tr><th scope=\"row\">\(PlainText.line(live, 24))</th>\(row.joined())</tr>\n"
        }
        return """
            <table class="confusion"><caption>Class named by live (rows) and by the \(role) (columns), pairs. Marked: another \
            class.</caption><thead><tr><td></td>\(heads.joined())</tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }

    private static func changes(_ cells: [TrialDocument.Confusion], _ role: String) -> Markup {
        let changes = cells.filter { $0.live != $0.candidate }
        let rows: [Markup] = changes.prefix(self.rowLimit).map { cell in
            """
            <tr><td>\(PlainText.line(cell.live, 80))</td><td><mark>\(PlainText.line(cell.candidate, 80))</mark></td>\
            <td class="number">\(Figures.count(cell.count))</td></tr>

            """
        }
        guard !rows.isEmpty else { return "<p>Both versions named the same class in every pair.</p>\n" }
        let rest = changes.count - rows.count
        let more: Markup = rest > 0 ? "<p class=\"note\">\(rest) more changes are rarer.</p>\n" : ""
        return """
            <table><caption>Classes that became others</caption><thead><tr><th scope="col">Live</th>\
            <th scope="col">\(role.capitalised)</th><th scope="col" class="number">Pairs</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>
            \(more)
            """
    }
}
