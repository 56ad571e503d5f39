import Glibc

/// Numbers as reports print them: three significant digits, the same everywhere.
package enum Figures {
    /// What stands for a figure that is none.
    package static let none = "–"

    /// `1,234`, `12.3`, `0.00123`, `1.23e-7`.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return self.none }
        let size = abs(value)
        if size == 0 { return "0" }
        guard size >= 0.001, size < 1e12 else { return self.scientific(value) }
        let places = 2 - Int(log10(size).rounded(.down))
        return self.decimal(value, places: max(0, places))
    }

    /// At most `places` places, without trailing zeros.
    package static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return self.number(value) }
        let scale = pow(10, Double(min(max(0, places), 6)))
        let scaled = (abs(value) * scale).rounded()
        let (whole, rest) = UInt64(scaled).quotientAndRemainder(dividingBy: UInt64(scale))
        var text = self.count(whole)
        if rest > 0 {
            // A leading 1 keeps the zeros behind the point.
            var digits = String(UInt64(scale) + rest).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            text += ".\(digits)"
        }
        return value < 0 && scaled > 0 ? "−\(text)" : text
    }

    /// Five places, or three significant digits of what is smaller.
    package static func precise(_ value: Double) -> String {
        abs(value) < 0.001 ? self.number(value) : self.decimal(value, places: 5)
    }

    /// `1,234,567`
    package static func count(_ value: UInt64) -> String {
        let digits = Array(String(value))
        return digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
        }.joined()
    }

    package static func count(_ value: Int) -> String { self.count(UInt64(max(0, value))) }

    /// `12.5 %`
    package static func percent(_ share: Double) -> String {
        share.isFinite ? self.number(share * 100) + " %" : self.none
    }

    /// `34 (2.96 %)`
    package static func count(_ value: UInt64, of whole: UInt64) -> String {
        whole == 0 ? self.count(value) : "\(self.count(value)) (\(self.percent(Double(value) / Double(whole))))"
    }

    /// `7.25 µs`, `31.5 ms`, `2.5 s`
    package static func duration(_ microseconds: Double) -> String {
        switch abs(microseconds) {
        case ..<1_000: self.number(microseconds) + " µs"
        case ..<1_000_000: self.number(microseconds / 1_000) + " ms"
        default: microseconds.isFinite ? self.number(microseconds / 1_000_000) + " s" : self.none
        }
    }

    /// Time that people wait, in its two largest units: `45 s`, `2 h 10 min`, `3 d 4 h`.
    package static func span(_ microseconds: Int64) -> String {
        let seconds = max(0, microseconds) / 1_000_000
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
        ]
        let first = parts.firstIndex { $0.0 > 0 } ?? 3
        return parts[first..<min(first + 2, 4)].filter { $0.0 > 0 || first == 3 }.map { "\($0.0) \($0.1)" }
            .joined(separator: " ")
    }

    private static func scientific(_ value: Double) -> String {
        var exponent = log10(abs(value)).rounded(.down)
        // Rounding may carry into the next power: 9.999e-7 is 1e-6.
        if abs(value) / pow(10, exponent) >= 9.995 { exponent += 1 }
        let mantissa = value / pow(10, exponent)
        guard mantissa.isFinite else { return self.none }
        return self.decimal(mantissa, places: 2) + "e\(Int(exponent))"
    }
}
