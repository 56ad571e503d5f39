import Comparison
import ServingCore

/// Which comparator each output got, why, and how to have another, for people.
package enum ComparatorReport {
    package static func text(_ document: ComparatorsDocument) -> String {
        guard !document.outputs.isEmpty else {
            return "comparators are chosen after the first pairs that both versions answered\n"
        }
        return document.outputs.map(self.output).joined(separator: "\n")
    }

    private static func output(_ plan: OutputPlan) -> String {
        var line = "\(plan.name) (\(plan.datatype)): \(plan.comparator.rawValue)"
        if let tolerance = plan.tolerance { line += ", tolerance \(tolerance)" }
        var text = ReportText.line(line)
        text += ReportText.line("  why: \(plan.why)")
        if !plan.masked.isEmpty { text += ReportText.line("  not compared: \(plan.masked.joined(separator: ", "))") }
        text += "  to override, in model.yaml:\n"
        for line in plan.override.split(separator: "\n") { text += "    " + ReportText.line(String(line)) }
        return text
    }
}
