import SemanticSearch

/// A slice's excess with its bounds as a bar in a table cell, all slices on one scale; the figures stand below it.
struct ExcessBar {
    private static let (width, height) = (120.0, 14.0)
    private let axis: Scale

    init(_ excesses: [Slice.Excess]) {
        let ends = excesses.flatMap { [$0.lower, $0.upper, $0.mean] }.filter(\.isFinite)
        self.axis = Scale(
            .linear,
            from: min(0, ends.min() ?? 0),
            to: max(0.01, ends.max() ?? 0),
            start: 5,
            end: Self.width - 5
        )
    }

    func markup(_ excess: Slice.Excess) -> Markup {
        guard excess.lower.isFinite, excess.upper.isFinite, excess.mean.isFinite else { return "" }
        let (left, right) = (self.axis.place(excess.lower), self.axis.place(excess.upper))
        let zero = self.axis.place(0)
        return """
            <svg class="excess" viewBox="0 0 \(at: Self.width) \(at: Self.height)" width="\(at: Self.width)" \
            height="\(at: Self.height)" aria-hidden="true" focusable="false">\
            <path class="axis" d="M\(at: zero) 0V\(at: Self.height)"></path>\
            <rect class="extent" x="\(at: min(left, right))" y="4" width="\(at: max(2, abs(right - left)))" height="6"></rect>\
            <circle class="mean" cx="\(at: self.axis.place(excess.mean))" cy="7" r="3.4"></circle></svg>
            """
    }
}
