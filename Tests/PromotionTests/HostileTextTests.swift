import Promotion
import ServingCore
import Testing
import Trials

/// Texts of requests, models and operators are shown, never obeyed.
@Suite("Report of hostile texts")
struct HostileTextTests {
    /// What texts may add: names between backticks, and differences marked.
    private static let textual: Set<String> = ["code", "mark", "wbr"]
    private static let attributes: Set<String> = [
        "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "title", "aria-label",
        "aria-labelledby",
        "aria-hidden", "focusable", "role", "scope", "colspan", "datetime", "viewBox", "width", "height", "x", "y",
        "cx",
        "cy", "r", "d", "text-anchor", "patternUnits",
    ]

    /// Finding the texts takes a while.
    private static let found = Result { try HostileReport(.sample()) }
    private static let expectedHTML = Result {
        Self.names(XMLOutline(try ReportFormat.html.render(try Self.found.get().with { "text" })))
    }
    private static let expectedJUnit = Result {
        XMLOutline(try ReportFormat.junit.render(try Self.found.get().with { "text" })).elements.map(\.name)
    }
    private static let expectedMarkdown = Result { try Self.lines(try Self.found.get().with { "text" }) }
    private let hostile: HostileReport

    init() throws { self.hostile = try Self.found.get() }

    @Test("there are as many texts in a report as this suite means to replace")
    func places() {
        #expect(self.hostile.count > 120)
    }

    @Test("in HTML no text of any field becomes an element, an attribute or an entity", arguments: HostileTexts.all)
    func html(text: String) throws {
        let expected = try Self.expectedHTML.get()
        let page = try self.page(try self.hostile.with { text }, text)
        #expect(Self.names(page) == expected)
        // Every second one is longer, so that differences are marked.
        var calls = 0
        let differing = try self.hostile.with {
            calls += 1
            return calls.isMultiple(of: 2) ? text : "\(text) x"
        }
        let names = Set(Self.names(try self.page(differing, text)))
        #expect(names.isSubset(of: expected))
    }

    private func page(_ report: ReleaseReport, _ text: String) throws -> XMLOutline {
        let page = try ReportFormat.html.render(report)
        let outline = XMLOutline(page)
        #expect(outline.problem == nil)
        #expect(outline.elements.allSatisfy { Self.attributes.isSuperset(of: $0.attributes.keys) })
        if text.contains("<") { #expect(!page.contains(text)) }
        let controls: [ClosedRange<UInt32>] = [0...9, 11...31, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069]
        #expect(!page.unicodeScalars.contains { scalar in controls.contains { $0.contains(scalar.value) } })
        return outline
    }

    private static func names(_ outline: XMLOutline) -> [String] {
        outline.elements.map(\.name).filter { !Self.textual.contains($0) }
    }

    @Test("in JUnit no text of any field becomes an element", arguments: HostileTexts.all)
    func junit(text: String) throws {
        let outline = XMLOutline(try ReportFormat.junit.render(try self.hostile.with { text }))
        #expect(outline.problem == nil)
        #expect(outline.elements.map(\.name) == (try Self.expectedJUnit.get()))
    }

    @Test(
        "in Markdown no text of any field becomes a cell, a line, a link, a mention or HTML",
        arguments: HostileTexts.all
    )
    func markdown(text: String) throws {
        let expected = try Self.expectedMarkdown.get()
        let lines = try Self.lines(self.hostile.with { text })
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) {
            for sign in "|<>`*_[]~$^" {
                #expect(line.filter { $0 == sign }.count == wanted.filter { $0 == sign }.count, "\(sign) in \(line)")
            }
            // Neither an item of a list in the item of a list.
            if wanted.prefixMatch(of: #/\d+\. /#) != nil {
                #expect(line.prefixMatch(of: #/\d+\. ([-+\#]|\d+[.)]) /#) == nil, "\(line)")
            }
            #expect(!line.contains("://") && !line.contains("www.") && !line.contains("@") && !line.contains("GH-1#"))
        }
    }

    /// Without what is escaped.
    private static func lines(_ report: ReleaseReport) throws -> [String] {
        try ReportFormat.markdown.render(report)
            .replacing(/\\[!-\/:-@\[-`{-~]/, with: "").replacing(/&#\d+;/, with: "")
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("texts of any length are cut, so that a report stays one that can be opened")
    func long() throws {
        for text in [String(repeating: "<", count: 20_000), "e" + String(repeating: "\u{301}", count: 20_000)] {
            let report = try self.hostile.with { text }
            let page = try ReportFormat.html.render(report)
            #expect(XMLOutline(page).problem == nil && page.utf8.count < 1_000_000)
            #expect(try ReportFormat.markdown.render(report).utf8.count <= 60_000)
            #expect(try ReportFormat.junit.render(report).utf8.count < 200_000)
        }
    }
}
