import Foundation

/// Numbers as the demo prints them.
enum Figures {
    /// `12,345`
    static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
        }
        return (value < 0 ? "-" : "") + grouped.joined()
    }

    /// `0.42 ms`; three significant digits are enough for a table.
    static func milliseconds(_ microseconds: Double) -> String {
        let value = microseconds / 1000
        return String(format: value < 10 ? "%.2f ms" : value < 100 ? "%.1f ms" : "%.0f ms", value)
    }

    static func milliseconds(nanoseconds: UInt64?) -> String {
        nanoseconds.map { self.milliseconds(Double($0) / 1000) } ?? "-"
    }

    /// `6.1 s`
    static func seconds(_ value: Double) -> String { String(format: "%.1f s", value) }

    /// `96.4 %`
    static func distance(_ value: Double) -> String { String(format: "%.4f", value) }
    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    /// The middle value, the lower one of two; nil for none.
    static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
    }
}
