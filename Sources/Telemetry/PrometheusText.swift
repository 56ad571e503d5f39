/// Writes the Prometheus text exposition format, version 0.0.4.
package struct PrometheusText {
    package private(set) var text = ""

    package init() {}

    /// Starts a metric family; every sample until the next call belongs to it.
    package mutating func family(_ name: String, _ type: FamilyType, _ help: String) {
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(type.rawValue)\n"
    }

    package mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String> = [:], _ value: some Numeric) {
        self.text += name
        self.text += Self.render(labels)
        self.text += " \(value)\n"
    }

    /// `_bucket`, `_sum` and `_count` of one histogram series, in seconds, one bucket per power of two nanoseconds.
    package mutating func histogram(
        _ name: String,
        _ labels: KeyValuePairs<String, String>,
        _ histogram: LatencyHistogram
    ) {
        let inner = Self.render(labels).dropFirst().dropLast()
        for exponent in 14...34 {
            let edge = UInt64(1) << UInt64(exponent)
            let separator = inner.isEmpty ? "" : ","
            self.text +=
                "\(name)_bucket{\(inner)\(separator)le=\"\(Double(edge) / 1e9)\"} \(histogram.count(atMost: edge))\n"
        }
        let separator = inner.isEmpty ? "" : ","
        self.text += "\(name)_bucket{\(inner)\(separator)le=\"+Inf\"} \(histogram.count)\n"
        let braces = inner.isEmpty ? "" : "{\(inner)}"
        self.text += "\(name)_sum\(braces) \(Double(histogram.sumNanoseconds) / 1e9)\n"
        self.text += "\(name)_count\(braces) \(histogram.count)\n"
    }

    package enum FamilyType: String, Sendable {
        case counter, gauge, histogram
    }

    private static func render(_ labels: KeyValuePairs<String, String>) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.key)=\"\(Self.escape($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escape(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
