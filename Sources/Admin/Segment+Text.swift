package import ServingCore

extension Segment {
    package static let rule = "KEY=VALUE, e.g. tenant=acme"

    /// `key=value`, cut at the first `=`; nil without one or without a key.
    package init?(_ text: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
        self.init(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}
