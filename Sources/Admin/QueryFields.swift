import Hummingbird
import ServingCore

/// A request's query parameters, read one by one so that every mistake names its parameter. Strict: a misspelt filter must
/// not silently show everything.
struct QueryFields {
    private var values: [String: String] = [:]

    /// Parameters outside `allowed` and repeated ones are refused; those without a value count as absent.
    init(_ request: Request, allowed: Set<String>) throws(ControlError) {
        for (key, value) in request.uri.queryParameters {
            let name = String(key)
            guard allowed.contains(name) else {
                let known = allowed.isEmpty ? "none" : allowed.sorted().joined(separator: ", ")
                throw ControlError(
                    .invalidRequest,
                    "unknown parameter '\(TerminalText.clean(name, limit: 64))'; this route takes: \(known)"
                )
            }
            guard !value.isEmpty else { continue }
            guard self.values.updateValue(String(value), forKey: name) == nil else {
                throw ControlError(.invalidRequest, "parameter '\(name)' is given twice")
            }
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(ControlError) -> Int64? {
        guard let text = self.values[name] else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            let rule =
                range == 1...Int64.max
                ? "a positive integer" : "between \(range.lowerBound) and \(range.upperBound)"
            throw ControlError(.invalidRequest, "parameter '\(name)' must be \(rule)")
        }
        return value
    }

    /// A number of a row, of a pair, of a release.
    func id(_ name: String) throws(ControlError) -> Int64? { try self.integer(name, in: 1...Int64.max) }

    /// How many there may be on one page.
    func limit(default standard: Int = 50, atMost most: Int64 = 1000) throws(ControlError) -> Int {
        try self.integer("limit", in: 1...most).map(Int.init) ?? standard
    }

    func boolean(_ name: String) throws(ControlError) -> Bool? {
        switch self.values[name] {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw ControlError(.invalidRequest, "parameter '\(name)' must be true or false")
        }
    }

    /// One of `choices`.
    func choice(_ name: String, of choices: [String]) throws(ControlError) -> String? {
        guard let text = self.values[name] else { return nil }
        guard choices.contains(text) else {
            throw ControlError(
                .invalidRequest,
                "parameter '\(name)' must be one of: \(choices.joined(separator: ", "))"
            )
        }
        return text
    }

    func modelName(_ name: String) throws(ControlError) -> String? {
        guard let text = self.values[name] else { return nil }
        guard let model = ModelName(text) else {
            throw ControlError(.invalidRequest, "parameter '\(name)' must be \(ModelName.rule)")
        }
        return model.description
    }

    /// Microseconds since 1970.
    func time(_ name: String) throws(ControlError) -> Int64? {
        guard let text = self.values[name] else { return nil }
        guard let time = PointInTime.microseconds(text) else {
            throw ControlError(.invalidRequest, "parameter '\(name)' must be \(PointInTime.rule)")
        }
        return time
    }

    /// `key=value`, cut at the first `=`.
    func segment(_ name: String) throws(ControlError) -> Segment? {
        guard let text = self.values[name] else { return nil }
        guard let segment = Segment(text) else {
            throw ControlError(.invalidRequest, "parameter '\(name)' must be \(Segment.rule)")
        }
        return segment
    }
}
