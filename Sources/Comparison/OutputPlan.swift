package import ServingCore

/// How one output is compared, and why: the answer to "which comparator, and how do I get another one".
package struct OutputPlan: Sendable, Codable, Equatable {
    package var name: String
    /// V2 datatype, `FP32`.
    package var datatype: String
    package var comparator: ComparisonSettings.Comparator
    /// Differences up to this size count as equal, in the unit the comparator works in; nil where equal means identical.
    package var tolerance: Double?
    /// One sentence: what the choice rests on.
    package var why: String
    /// The lines of `model.yaml` that would choose otherwise.
    package var override: String
    /// Fields of JSON texts that are not compared: those the manifest names, and those that differ in more than half of
    /// the live-live pairs.
    package var masked: [String]

    package init(
        name: String,
        datatype: String,
        comparator: ComparisonSettings.Comparator,
        tolerance: Double?,
        why: String,
        override: String,
        masked: [String] = []
    ) {
        self.name = name
        self.datatype = datatype
        self.comparator = comparator
        self.tolerance = tolerance
        self.why = why
        self.override = override
        self.masked = masked
    }
}
