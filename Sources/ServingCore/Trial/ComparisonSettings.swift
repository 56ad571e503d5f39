/// What a manifest says about how one output is compared; nil leaves the choice to the gateway.
package struct ComparisonSettings: Sendable, Equatable {
    package enum Comparator: String, Sendable, Codable, CaseIterable {
        case probabilities, labels, regression, vector, text, json, exact
        /// Not compared at all.
        case ignore
    }

    package struct Output: Sendable, Equatable {
        package var comparator: Comparator?
        /// Absolute difference that still counts as equal (regression: the scale on which errors are measured).
        package var tolerance: Double?
        /// Fields of JSON texts that are not compared, as paths such as `$.timestamp`.
        package var ignoredFields: [String]

        package init(comparator: Comparator? = nil, tolerance: Double? = nil, ignoredFields: [String] = []) {
            self.comparator = comparator
            self.tolerance = tolerance
            self.ignoredFields = ignoredFields
        }
    }

    /// By output name.
    package var outputs: [String: Output]

    package init(outputs: [String: Output] = [:]) {
        self.outputs = outputs
    }
}
