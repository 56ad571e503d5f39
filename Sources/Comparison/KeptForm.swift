/// What a comparator may remember of answers, and in which form: what it has learned is saved and shown. Asked once for
/// each thing, so the same things must always be given the same form.
package protocol KeptForm: Sendable {
    /// Values of this output may be quoted, and samples of them saved.
    func keepsValues(of output: String) -> Bool
    /// A sentence that quotes values of an output whose values may be kept.
    func sentence(_ sentence: String) -> String
    /// Where in a JSON text of this output a value stands; keys may be what somebody wrote.
    func place(_ path: String, in output: String) -> String
}

/// Everything as it was.
package struct VerbatimForm: KeptForm {
    package init() {}

    package func keepsValues(of output: String) -> Bool { true }
    package func sentence(_ sentence: String) -> String { sentence }
    package func place(_ path: String, in output: String) -> String { path }
}
