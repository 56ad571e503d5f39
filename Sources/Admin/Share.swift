/// Shares as operators write them.
package enum Share {
    package static let rule = "a share between 0 and 1: write 25% or 0.25"

    /// 0...1 from `25%`, `12.5%`, `0.25`, `1`; nil for anything else.
    package static func parse(_ text: String) -> Double? {
        let isPercentage = text.hasSuffix("%")
        let digits = isPercentage ? text.dropLast() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        // Only plain decimals: `Double` itself takes `nan`, `0x1p-2` and `1e-3` too.
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let share = Double(isPercentage ? "\(digits)e-2" : digits)
        else { return nil }
        return (0...1).contains(share) ? share : nil
    }

    package static let rampRule = "ascending percentages: write 1,5,25,50,100"

    /// Shares from percentages between commas; nil for anything else.
    package static func parseRamp(_ text: String) -> [Double]? {
        let steps = text.split(separator: ",", omittingEmptySubsequences: false).map { step in
            self.parse(step.hasSuffix("%") ? String(step) : "\(step)%")
        }
        return steps.contains(nil) ? nil : steps.compactMap(\.self)
    }
}
