/// HTML, SVG and XML whose text cannot become markup: it is made of literals in this source, and of values that are escaped
/// on their way in. There is no way to make one of a string.
struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral literal: StaticString) { self.text = literal.description }
    init(stringInterpolation: StringInterpolation) { self.text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            self.text.reserveCapacity(literalCapacity + 8 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) { self.text += literal.description }
        mutating func appendInterpolation(_ text: String) { self.text += Markup.escaped(text) }
        mutating func appendInterpolation(_ markup: Markup) { self.text += markup.text }
        mutating func appendInterpolation(_ number: Int) { self.text += "\(number)" }
        mutating func appendInterpolation(_ number: Int64) { self.text += "\(number)" }

        /// A place in a drawing, to a hundredth; what is no number is drawn at 0.
        mutating func appendInterpolation(at place: Double) {
            let rounded = (place * 100).rounded() / 100
            guard rounded.isFinite, abs(rounded) < 1e9 else {
                self.text += "0"
                return
            }
            self.text += rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        }
    }

    static func + (one: Markup, two: Markup) -> Markup { "\(one)\(two)" }
    static func += (one: inout Markup, two: Markup) { one.text += two.text }

    /// Safe between tags and between quotes.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in PlainText.clean(text).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Sequence<Markup> {
    func joined(separator: Markup = "") -> Markup {
        var joined: Markup = ""
        for (index, part) in self.enumerated() {
            if index > 0 { joined += separator }
            joined += part
        }
        return joined
    }
}
