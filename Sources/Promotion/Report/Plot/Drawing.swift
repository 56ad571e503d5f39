/// An inline SVG with a title and a description for those who cannot see it.
enum Drawing {
    /// - Parameters:
    ///   - title: what is drawn, in one line.
    ///   - description: what it shows, with its figures.
    static func markup(
        _ name: StaticString,
        width: Double,
        height: Double,
        title: String,
        description: String,
        _ content: Markup
    ) -> Markup {
        """
        <svg class="\(Markup(stringLiteral: name))" viewBox="0 0 \(at: width) \(at: height)" width="\(at: width)" \
        height="\(at: height)" role="img" aria-label="\(title)"><title>\(title)</title><desc>\(description)</desc>\
        \(content)</svg>
        """
    }

    /// Hatchings that all drawings share: they tell areas apart on paper and without colour.
    static let patterns: Markup = """
        <svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>
        <pattern id="hatch-beyond" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch-beyond" \
        d="M0 6L6 0"></path></pattern>
        <pattern id="hatch-noise" width="4" height="4" patternUnits="userSpaceOnUse"><path class="hatch-noise" \
        d="M0 4L4 0"></path></pattern>
        <pattern id="hatch-dropped" width="5" height="5" patternUnits="userSpaceOnUse"><path class="hatch-dropped" \
        d="M0 0L5 5"></path></pattern>
        </defs></svg>

        """
}
