/// Makes text from elsewhere safe to print: a terminal must not obey what a model or a caller wrote.
package enum TerminalText {
    /// Without control characters, escape sequences' starts and marks that reorder text; line breaks and tabs become
    /// spaces unless `keepsLines`. At most `limit` characters, then an ellipsis.
    package static func clean(_ text: String, limit: Int = .max, keepsLines: Bool = false) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", "\t": scalars.append(keepsLines ? scalar : " ")
            case "\r", "\u{2028}", "\u{2029}": scalars.append(" ")
            default: if !Self.isHidden(scalar) { scalars.append(scalar) }
            }
        }
        let clean = String(scalars)
        return clean.count <= limit ? clean : clean.prefix(max(0, limit - 1)) + "…"
    }

    /// As `clean`, with everything outside printable ASCII as `?`: for header values.
    static func ascii(_ text: String, limit: Int) -> String {
        String(Self.clean(text).unicodeScalars.prefix(limit).map { $0.isASCII ? Character($0) : "?" })
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Format characters include the bidirectional overrides and invisible joiners.
        case .control, .format, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
