extension Content {
    private static let mostScalars = 240
    private static let mostNumbers = 12

    /// The beginning, for people.
    var excerpt: String {
        if let text = self.text {
            let cut = text.unicodeScalars.prefix(Self.mostScalars)
            return String(String.UnicodeScalarView(cut)) + (cut.endIndex == text.unicodeScalars.endIndex ? "" : "…")
        }
        return self.numbers.prefix(Self.mostNumbers).map(\.excerpt).joined(separator: " ")
            + (self.numbers.count > Self.mostNumbers ? " … (\(self.numbers.count) values)" : "")
    }
}

extension Float {
    /// Four decimals, without a text table; very small and very large values in full.
    fileprivate var excerpt: String {
        guard self.isFinite, (1e-3..<1e6).contains(abs(self)) else { return "\(self)" }
        let scaled = (self * 10_000).rounded() / 10_000
        return scaled == scaled.rounded() ? "\(Int(scaled))" : "\(scaled)"
    }
}
