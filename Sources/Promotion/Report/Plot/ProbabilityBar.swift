/// A probability as a bar in a table cell; the figure stands beside it.
enum ProbabilityBar {
    private static let width = 72.0

    static func markup(_ value: Double) -> Markup {
        let share = value.isFinite ? min(1, max(0, value)) : 0
        return """
            <svg class="probability" viewBox="0 0 \(at: self.width) 9" width="\(at: self.width)" height="9" \
            aria-hidden="true" focusable="false"><rect class="frame" x="0.5" y="0.5" width="\(at: self.width - 1)" \
            height="8"></rect><rect class="share" x="0.5" y="0.5" width="\(at: share * (self.width - 1))" height="8">\
            </rect></svg>
            """
    }
}
