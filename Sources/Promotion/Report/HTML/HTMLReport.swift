import ServingCore

/// A report as one HTML file: no script, nothing fetched, readable on paper and without colour. It is well-formed XML too.
enum HTMLReport {
    static func text(_ report: ReleaseReport) -> String {
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta name="generator" content="teal \(PlainText.line(report.gateway, 40))" />
            <title>\(self.title(report))</title>
            <style>
            \(StyleSheet.text)\(StyleSheet.drawings)</style>
            </head>
            <body>
            \(Drawing.patterns)<main>
            \(VerdictSection.markup(report))\(self.sections(report))</main>
            </body>
            </html>

            """
        return page.text
    }

    private static func title(_ report: ReleaseReport) -> String {
        "\(report.verdict.decision.title): \(PlainText.line(report.verdict.model, 80)), \(ReportAnswer(report).side)"
    }

    private static func sections(_ report: ReleaseReport) -> Markup {
        [
            ChecksSection.markup(report), PairsSection.markup(report), OutputsSection.markup(report),
            LatencySection.markup(report), SegmentsSection.markup(report), SlicesPart.markup(report),
            CoverageSection.markup(report), AuditSection.markup(report), OriginSection.markup(report),
        ].joined()
    }

    /// A part of the page with a heading of its own.
    static func section(_ anchor: StaticString, _ title: StaticString, _ content: Markup) -> Markup {
        let (anchor, title) = (Markup(stringLiteral: anchor), Markup(stringLiteral: title))
        return """
            <section id="\(anchor)" aria-labelledby="\(anchor)-title">
            <h2 id="\(anchor)-title">\(title)</h2>
            \(content)</section>

            """
    }
}
