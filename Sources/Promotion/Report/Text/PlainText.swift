/// Makes text from elsewhere fit to be shown: what cannot be seen must not steer what is seen.
enum PlainText {
    /// Control characters, marks that reorder text and what XML has no place for become U+FFFD; line breaks and tabs stay.
    static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: Self.isHarmful) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(Self.isHarmful(scalar) ? "\u{FFFD}" : scalar) }
        return String(scalars)
    }

    /// At most `limit` scalars, then an ellipsis: a character may be as long as its author likes.
    static func cut(_ text: String, _ limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: max(1, limit), limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return text }
        return String(scalars[..<scalars.index(before: end)]) + "…"
    }

    /// On one line, at most `limit` scalars.
    static func line(_ text: String, _ limit: Int) -> String {
        // Cut before it is cleaned, so that a text of megabytes is not walked for a line.
        self.cut(
            self.clean(self.cut(text, limit + 1)).split(whereSeparator: \.isWhitespace).joined(separator: " "),
            limit
        )
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case ..<0x20, 0x7F...0x9F: true
        // Line and paragraph separators, and the marks that change a text's direction.
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        // An invisible copy of ASCII, and noncharacters.
        case 0xE0000...0xE007F, 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}

extension String {
    /// With a capital and a full stop, to stand among others.
    var sentence: String {
        guard let last = self.last else { return self }
        return self.capitalised + (".!?…".contains(last) ? "" : ".")
    }

    var capitalised: String { self.prefix(1).uppercased() + self.dropFirst() }
}
