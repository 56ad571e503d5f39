extension UInt64 {
    /// One more, or as many as there can be.
    mutating func countUp() {
        let (next, overflow) = self.addingReportingOverflow(1)
        if !overflow { self = next }
    }
}

extension String {
    /// Itself, or its beginning with an ellipsis in at most `limit` bytes of UTF-8.
    func cut(toBytes limit: Int) -> String {
        guard self.utf8.count > limit else { return self }
        var end = self.utf8.index(self.startIndex, offsetBy: max(0, limit - 3))
        while end.samePosition(in: self.unicodeScalars) == nil { end = self.utf8.index(before: end) }
        return String(self[..<end]) + "…"
    }
}
