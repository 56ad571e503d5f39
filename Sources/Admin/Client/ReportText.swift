/// Numbers as reports print them.
enum ReportText {
    static func duration(_ microseconds: Double) -> String {
        switch microseconds {
        case ..<1000: "\(self.number(microseconds)) µs"
        case ..<1_000_000: "\(self.number(microseconds / 1000)) ms"
        default: "\(self.number(microseconds / 1_000_000)) s"
        }
    }

    /// At most four significant digits or places, without trailing zeros.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let scale: Double = abs(value) < 10 ? 10_000 : abs(value) < 1000 ? 10 : 1
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
    }

    /// A figure in 0...1: three significant digits however small it is.
    static func divergence(_ value: Double) -> String {
        guard value.isFinite, value != 0, abs(value) < 0.01 else { return self.number(value) }
        var exponent = 0
        var mantissa = value
        while abs(mantissa) < 1, exponent > -400 {
            mantissa *= 10
            exponent -= 1
        }
        let rounded = (mantissa * 100).rounded() / 100
        return "\(rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)")e\(exponent)"
    }

    /// `12.5%`
    static func percent(_ share: Double) -> String { "\(self.number(share * 100))%" }

    /// `1,234,567`
    static func count(_ value: UInt64) -> String {
        let digits = Array(String(value))
        return digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
        }.joined()
    }

    /// `34 (2.96%)`
    static func count(_ value: UInt64, of whole: UInt64) -> String {
        guard whole > 0 else { return self.count(value) }
        let share = (Double(value) / Double(whole) * 10_000).rounded() / 10_000
        return "\(self.count(value)) (\(self.percent(share)))"
    }

    /// `a 3, b 1`, most first, those of one number by name.
    static func counts(_ values: [String: UInt64]) -> String {
        values.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \(self.count($0.value))" }
            .joined(separator: ", ")
    }

    /// One cleaned line with its line break.
    static func line(_ text: String) -> String { TerminalText.clean(text, limit: 400) + "\n" }
}
