/// The forms in which a report can be had.
package enum ReportFormat: String, Sendable, CaseIterable {
    case html
    case markdown = "md"
    case json
    /// For the test pages of build servers.
    case junit

    package var mediaType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .markdown: "text/markdown; charset=utf-8"
        case .json: "application/json; charset=utf-8"
        case .junit: "application/xml; charset=utf-8"
        }
    }

    package func render(_ report: ReleaseReport) throws -> String {
        switch self {
        case .html: HTMLReport.text(report)
        case .markdown: MarkdownReport.text(report)
        case .json: try ReportJSON.text(report)
        case .junit: JUnitReport.text(report)
        }
    }
}
