import ServingCore

/// A sign for each state that differs in shape, not in colour alone. The word stands beside it.
enum StateMark {
    static func markup(_ state: CheckResult.State) -> Markup {
        switch state {
        case .pass: self.passed
        case .fail: self.failed
        case .undecided: self.open
        case .absent: self.missing
        }
    }

    static func markup(_ decision: Verdict.Decision) -> Markup {
        switch decision {
        case .promote: self.passed
        case .reject: self.failed
        case .hold: self.open
        }
    }

    /// A filled disc with a tick.
    private static let passed: Markup = """
        <svg class="mark pass" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">\
        <circle class="solid" cx="8" cy="8" r="7.5"></circle><path class="sign" d="M4.5 8.3l2.4 2.4 4.6-5"></path></svg>
        """
    /// A filled octagon with a cross.
    private static let failed: Markup = """
        <svg class="mark fail" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">\
        <path class="solid" d="M4.9.5h6.2l4.4 4.4v6.2l-4.4 4.4H4.9L.5 11.1V4.9z"></path>\
        <path class="sign" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"></path></svg>
        """
    /// A ring with the hands of a clock.
    private static let open: Markup = """
        <svg class="mark undecided" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">\
        <circle class="ring" cx="8" cy="8" r="6.6"></circle><path class="hands" d="M8 4.4V8l2.6 1.6"></path></svg>
        """
    /// A dash.
    private static let missing: Markup = """
        <svg class="mark absent" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">\
        <path class="hands" d="M3 8h10"></path></svg>
        """
}
