/// Sentences as the gateway writes them: names stand between backticks.
enum Prose {
    /// On one line, at most `limit` scalars; names as code. A backtick without a partner stays.
    static func markup(_ text: String, _ limit: Int = 400) -> Markup {
        let parts = PlainText.line(text, limit).split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        guard parts.count.isMultiple(of: 2) == false else { return "\(parts.joined(separator: "`"))" }
        return parts.enumerated().map { index, part -> Markup in
            index.isMultiple(of: 2) ? "\(part)" : "<code>\(part)</code>"
        }.joined()
    }
}
