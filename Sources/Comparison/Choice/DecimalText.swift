import Glibc

/// Numbers for sentences.
enum DecimalText {
    /// Rounded to three significant digits.
    static func short(_ value: Double) -> String { "\(Self.rounded(value, digits: 3))" }

    /// To significant digits.
    static func rounded(_ value: Double, digits: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let factor = pow(10, digits - 1 - floor(log10(abs(value))))
        let rounded = (value * factor).rounded() / factor
        return rounded.isFinite ? rounded : value
    }
}
