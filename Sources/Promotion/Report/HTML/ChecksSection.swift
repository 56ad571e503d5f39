import ServingCore

/// The verdict strip: one row for each check, its bounds against its margin.
enum ChecksSection {
    static func markup(_ report: ReleaseReport) -> Markup {
        let checks = report.verdict.checks
        guard !checks.isEmpty else {
            return HTMLReport.section("checks", "Checks", "<p class=\"note\">Nothing has been checked yet.</p>\n")
        }
        let groups: [Markup] = [
            self.group("These decide", checks.filter { $0.enforcement == .block }),
            self.group("These inform and decide nothing", checks.filter { $0.enforcement == .inform }),
            self.group("These are off", checks.filter { $0.enforcement == .off }),
        ]
        return HTMLReport.section("checks", "Checks", self.key + self.table(groups.joined()))
    }

    private static let key: Markup = """
        <p>Each bar spans what the pairs so far allow for; it stays true however often it is looked at. A check passes when \
        its bar ends before the margin and fails when it begins beyond it. All bars share one scale: the dashed line is “as \
        live does”, the solid one the margin, the hatched part worse than is accepted.</p>

        """

    private static func table(_ groups: Markup) -> Markup {
        """
        <table class="checks">
        <thead><tr><th scope="col" class="state">State</th><th scope="col">Check</th><th scope="col" class="strip">\
        <span class="neutral">as live</span><span class="margin">margin</span><span class="beyond">worse</span></th>\
        <th scope="col" class="estimate">Estimate</th><th scope="col" class="seen">Observations</th></tr></thead>
        \(groups)</table>

        """
    }

    private static func group(_ title: Markup, _ checks: [CheckResult]) -> Markup {
        guard !checks.isEmpty else { return "" }
        return """
            <tbody>
            <tr class="group"><th scope="rowgroup" colspan="5">\(title)</th></tr>
            \(checks.map(self.row).joined())</tbody>

            """
    }

    private static func row(_ check: CheckResult) -> Markup {
        let plot = IntervalPlot.markup(check)
        return """
            <tr id="\(Anchor.check(check))"><td class="state">\(StateMark.markup(check.state)) \(check.state.rawValue)</td>\
            <th scope="row">\(self.title(check))<p>\(Prose.markup(check.sentence))</p></th>\
            <td class="strip\(plot == nil ? " empty" : "" as Markup)">\(plot ?? "")</td>\
            <td class="estimate">\(self.estimate(check))</td><td class="seen">\(self.seen(check))</td></tr>

            """
    }

    /// May break before its subject.
    private static func title(_ check: CheckResult) -> Markup {
        let subject: Markup = check.subject.map { "<wbr />(\(PlainText.line($0, 160)))" } ?? ""
        return "\(check.check.code) \(check.check.rawValue)\(subject)"
    }

    private static func estimate(_ check: CheckResult) -> Markup {
        guard check.state != .absent else { return "" }
        var markup: Markup = check.estimateText.map { "<b>\($0)</b>" } ?? ""
        if let bounds = check.boundsText { markup += "<small>\(bounds)</small>" }
        if let margin = check.marginText, check.margin != check.unit.neutral {
            markup += "<small>margin \(margin)</small>"
        }
        return markup
    }

    private static func seen(_ check: CheckResult) -> Markup {
        guard check.state != .absent || check.count > 0 else { return "" }
        let outlook: Markup = check.outlookText.map { "<small>\($0)</small>" } ?? ""
        let minimum: Markup =
            check.minimum > 0 && check.count >= check.minimum
            ? "<small>minimum \(Figures.count(check.minimum))</small>" : ""
        return "<b>\(check.countText)</b>\(minimum)\(outlook)"
    }
}
