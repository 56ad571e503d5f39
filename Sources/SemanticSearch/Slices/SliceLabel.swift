/// One line that says to people what requests a slice is of.
enum SliceLabel {
    private static let mostTerms = 3

    /// - Parameter example: Of a request that is typical; shown when no words say what a group is about.
    static func text(
        _ predicates: [SlicePredicate],
        _ terms: [Slice.Term],
        _ segments: [Slice.SegmentShare],
        _ example: Int64?
    ) -> String {
        var parts: [String] = []
        let keys = predicates.filter { $0.kind == .segment }.map { "\($0.key ?? "")=\($0.value)" }
        if !keys.isEmpty { parts.append(keys.joined(separator: ", ")) }
        let words = predicates.filter { $0.kind == .word }.map { "\"\($0.value)\"" }
        if !words.isEmpty { parts.append("requests with " + words.joined(separator: " and ")) }
        if predicates.contains(where: { $0.kind == .cluster || $0.kind == .region }) {
            parts.append(self.group(terms, segments, example))
        }
        return parts.joined(separator: "; ")
    }

    private static func group(
        _ terms: [Slice.Term],
        _ segments: [Slice.SegmentShare],
        _ example: Int64?
    ) -> String {
        if !terms.isEmpty {
            return "requests about " + terms.prefix(Self.mostTerms).map(\.word).joined(separator: ", ")
        }
        let segment = segments.first.map { " (\($0.key)=\($0.value) in \(Int(($0.inside * 100).rounded())) %)" } ?? ""
        return "requests like \(example.map { "\($0)" } ?? "each other")" + segment
    }
}
