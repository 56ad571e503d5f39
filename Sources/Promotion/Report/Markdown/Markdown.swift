/// Markdown whose text cannot become markup, links, mentions or a new table cell. As `Markup`, it is made of literals in
/// this source and of values that are escaped on their way in.
struct Markdown: Sendable, Equatable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral literal: StaticString) { self.text = literal.description }
    init(stringInterpolation: StringInterpolation) { self.text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            self.text.reserveCapacity(literalCapacity + 8 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) { self.text += literal.description }
        /// On one line, at most 300 scalars.
        mutating func appendInterpolation(_ text: String) { self.appendInterpolation(text, limit: 300) }
        mutating func appendInterpolation(_ text: String, limit: Int) {
            self.text += Markdown.escaped(PlainText.line(text, limit))
        }
        mutating func appendInterpolation(_ markdown: Markdown) { self.text += markdown.text }
        mutating func appendInterpolation(_ number: Int64) { self.text += "\(number)" }
    }

    static func += (one: inout Markdown, two: Markdown) { one.text += two.text }

    var bytes: Int { self.text.utf8.count }

    /// As many of `parts` as fit into `bytes`, then how many do not.
    static func fitting(_ parts: [Markdown], bytes: Int, rest: (Int64) -> Markdown) -> Markdown {
        var (markdown, count): (Markdown, Int) = ("", 0)
        for part in parts {
            guard markdown.bytes + part.bytes <= bytes else {
                markdown += rest(Int64(parts.count - count))
                break
            }
            markdown += part
            count += 1
        }
        return markdown
    }

    /// Punctuation that means something is escaped, in a way that holds in tables too. The invisible space after `@` and
    /// `#` keeps strangers' words from calling people and issues.
    private static func escaped(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let listed = Self.listMark(scalars)
        var escaped = ""
        for (index, scalar) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : " "
            switch scalar {
            case "@", "#": escaped += "&#\(scalar.value);\u{200B}"
            case "&", "<", ">", "|", "$": escaped += "&#\(scalar.value);"
            case "`", "*", "_", "[", "]", "~", "\\", "^": escaped += "\\\(scalar)"
            // Of an address or an emoji's name, not of a sentence or a time.
            case ":" where next == "/" || next.properties.isAlphabetic: escaped += "\\:"
            default: escaped += index == listed ? "\\\(scalar)" : "\(scalar)"
            }
        }
        // Becomes a link by itself.
        return escaped.replacing("www.", with: "www&#46;")
    }

    /// Where a text says that it is an item of a list: the sign, or what follows its number.
    private static func listMark(_ scalars: [Unicode.Scalar]) -> Int? {
        let digits = scalars.prefix { ("0"..."9").contains($0) }.count
        let marks: [Unicode.Scalar] = digits == 0 ? ["-", "+"] : [".", ")"]
        guard digits < scalars.count, marks.contains(scalars[digits]) else { return nil }
        return digits + 1 == scalars.count || scalars[digits + 1] == " " ? digits : nil
    }
}

extension Sequence<Markdown> {
    func joined(separator: Markdown = "") -> Markdown {
        var joined: Markdown = ""
        for (index, part) in self.enumerated() {
            if index > 0 { joined += separator }
            joined += part
        }
        return joined
    }
}
