import Comparison
import ServingCore
import Trials

/// Both answers of one output side by side, what differs marked.
enum ElementTable {
    private static let rowLimit = 8
    private static let textLimit = 4
    private static let elementLimit = 200

    /// - Parameter role: what the mirrored side is called.
    static func markup(
        _ output: PairDocument.OutputDocument,
        _ comparator: ComparisonSettings.Comparator?,
        role: String
    ) -> Markup {
        let sides: Markup = "<th scope=\"col\">Live</th><th scope=\"col\">\(role.capitalised)</th>"
        if !output.fields.isEmpty { return self.fields(output.fields, sides) }
        guard let form = output.live ?? output.candidate else {
            return "<p class=\"note\">Nothing of it was kept.</p>\n"
        }
        if let hash = form.hash {
            let other = output.candidate?.hash ?? Figures.none
            return """
                <p class="note">Only keyed hashes are kept: live <code>\(PlainText.line(hash, 80))</code>, candidate \
                <code>\(PlainText.line(other, 80))</code>.</p>

                """
        }
        let isDistribution = comparator == .probabilities
        let rows = ElementRow.ranked(output, isDistribution: isDistribution)
        let differing = rows.filter(\.differs).count
        if form.isText { return self.texts(rows, sides, differing: differing) }
        let isMeasured = form.datatype.hasPrefix("FP") || form.datatype.hasPrefix("BF")
        return self.numbers(output, rows, sides, isDistribution: isDistribution, isMeasured: isMeasured)
            + self.rest(of: rows.count, shown: self.rowLimit, total: form.count)
    }

    // MARK: JSON by field

    private static func fields(_ fields: [FieldDifference], _ sides: Markup) -> Markup {
        let rows: [Markup] = fields.map { field in
            """
            <tr><th scope="row"><code>\(PlainText.line(field.path, 160))</code></th><td>\(field.kind.rawValue)</td>\
            <td>\(self.marked(field.live))</td><td>\(self.marked(field.candidate))</td></tr>

            """
        }
        return """
            <table class="sides fields"><thead><tr><th scope="col">Field</th><th scope="col">Difference</th>\
            \(sides)</tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }

    private static func marked(_ text: String?) -> Markup {
        text.map { "<mark>\(PlainText.line($0, 160))</mark>" } ?? "<span class=\"none\">nothing</span>"
    }

    // MARK: Text by word

    private static func texts(_ rows: [ElementRow], _ sides: Markup, differing: Int) -> Markup {
        let shown: [Markup] = rows.filter(\.differs).prefix(self.textLimit).map { row in
            let words = WordDifference(row.live?.plain ?? "", row.candidate?.plain ?? "")
            return """
                <tr><td class="text">\(self.runs(words.live, row.live))</td>\
                <td class="text">\(self.runs(words.candidate, row.candidate))</td></tr>

                """
        }
        return """
            <table class="sides texts"><thead><tr>\(sides)</tr></thead><tbody>
            \(shown.joined())</tbody></table>
            \(self.rest(of: differing, shown: self.textLimit, total: differing))
            """
    }

    private static func runs(_ runs: [WordDifference.Run], _ element: PairDocument.Element?) -> Markup {
        guard element != nil else { return "<span class=\"none\">no answer</span>" }
        return runs.map { run in run.differs ? "<mark>\(run.text)</mark>" : "\(run.text)" }.joined()
    }

    // MARK: Numbers, those that differ most first

    private static func numbers(
        _ output: PairDocument.OutputDocument,
        _ rows: [ElementRow],
        _ sides: Markup,
        isDistribution: Bool,
        isMeasured: Bool
    ) -> Markup {
        let peaks = [output.live, output.candidate].map { isDistribution ? ElementRow.peak($0?.elements ?? []) : nil }
        let form = output.live ?? output.candidate
        let shown: [Markup] = rows.prefix(self.rowLimit).map { row in
            let change: Markup = isMeasured ? "<td class=\"number\">\(self.change(row))</td>" : ""
            return """
                <tr><th scope="row">\(form?.place(row.index) ?? "")</th>\
                \(self.cell(row.live, row, isPeak: peaks[0] == row.index, isDistribution: isDistribution))\
                \(self.cell(row.candidate, row, isPeak: peaks[1] == row.index, isDistribution: isDistribution))\
                \(change)</tr>

                """
        }
        let title: Markup = isDistribution ? "Class" : "Element"
        let change: Markup = isMeasured ? "<th scope=\"col\" class=\"number\">Change</th>" : ""
        return """
            <table class="sides numbers"><thead><tr><th scope="col">\(title)</th>\(sides)\(change)</tr></thead><tbody>
            \(shown.joined())</tbody></table>

            """
    }

    private static func cell(
        _ element: PairDocument.Element?,
        _ row: ElementRow,
        isPeak: Bool,
        isDistribution: Bool
    ) -> Markup {
        guard let element else { return "<td><span class=\"none\">no answer</span></td>" }
        let text = PlainText.line(element.plain, self.elementLimit)
        let bar: Markup = isDistribution ? element.value.map { ProbabilityBar.markup($0) } ?? "" : ""
        let top: Markup = isPeak ? " <span class=\"top\">top</span>" : ""
        return "<td>\(bar)\(row.differs ? "<mark>\(text)</mark>" : "\(text)" as Markup)\(top)</td>"
    }

    private static func change(_ row: ElementRow) -> String {
        guard let change = row.change else { return Figures.none }
        return (change > 0 ? "+" : "") + Figures.number(change)
    }

    private static func rest(of rows: Int, shown: Int, total: Int) -> Markup {
        guard rows > shown else { return "" }
        return "<p class=\"note\">\(Figures.count(rows - shown)) more of \(Figures.count(total)) elements differ.</p>\n"
    }
}
