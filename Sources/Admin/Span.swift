/// Lengths of time as operators write them.
package enum Span {
    package static let rule = "a length of time: write 90s, 15m, 1h or 2d"

    /// Microseconds of a whole number and a unit; nil for anything else.
    package static func microseconds(_ text: String) -> Int64? {
        guard let unit = text.last.flatMap({ Self.units[$0] }), text.utf8.dropLast().allSatisfy({ 0x30...0x39 ~= $0 }),
            let count = Int64(text.dropLast())
        else { return nil }
        let (span, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : span
    }

    private static let units: [Character: Int64] = [
        "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000,
    ]
}
