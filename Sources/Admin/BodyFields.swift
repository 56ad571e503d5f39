import Foundation
import NIOCore
import ServingCore

enum RequestBodyLimits {
    static let bytes = 1_048_576
    /// A caller that trickles its body is cut off.
    static let time = Duration.seconds(10)
}

/// A JSON object's fields, read one by one so that every mistake names its field.
struct BodyFields: Decodable {
    private let container: KeyedDecodingContainer<Key>

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        self.container = try decoder.container(keyedBy: Key.self)
    }

    /// An empty body counts as `{}`. Fields outside `allowed` are refused.
    static func parse(_ body: ByteBuffer, allowed: Set<String>) throws(ControlError) -> BodyFields {
        let json = body.readableBytes == 0 ? Data("{}".utf8) : Data(body.readableBytesView)
        guard let fields = try? JSONDecoder().decode(BodyFields.self, from: json) else {
            throw ControlError(.invalidRequest, "the body must be one JSON object")
        }
        for key in fields.container.allKeys where !allowed.contains(key.stringValue) {
            let name = TerminalText.clean(key.stringValue, limit: 64)
            let known = allowed.sorted().joined(separator: ", ")
            throw ControlError(.invalidRequest, "unknown field '\(name)'; this route takes: \(known)")
        }
        return fields
    }

    func boolean(_ name: String) throws(ControlError) -> Bool? {
        try self.read(name, "true or false")
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(ControlError) -> Int64? {
        guard let value: Int64 = try self.read(name, "an integer") else { return nil }
        guard range.contains(value) else {
            throw ControlError(
                .invalidRequest,
                "field '\(name)' must be between \(range.lowerBound) and \(range.upperBound)"
            )
        }
        return value
    }

    /// A number between 0 and 1.
    func share(_ name: String) throws(ControlError) -> Double? {
        let rule = "a number between 0 and 1, e.g. 0.25"
        guard let value: Double = try self.read(name, rule) else { return nil }
        guard (0...1).contains(value) else { throw ControlError(.invalidRequest, "field '\(name)' must be \(rule)") }
        return value
    }

    /// A list of numbers between 0 and 1.
    func shares(_ name: String) throws(ControlError) -> [Double]? {
        let rule = "a list of numbers between 0 and 1, e.g. [0.05, 0.25, 1]"
        guard let values: [Double] = try self.read(name, rule) else { return nil }
        guard values.allSatisfy({ (0...1).contains($0) }) else {
            throw ControlError(.invalidRequest, "field '\(name)' must be \(rule)")
        }
        return values
    }

    /// At most `limit` numbers, finite as `Float`s.
    func numbers(_ name: String, limit: Int) throws(ControlError) -> [Float]? {
        let rule = "a list of 1 to \(limit) finite numbers"
        guard let values: [Double] = try self.read(name, rule) else { return nil }
        let numbers = values.map { Float($0) }
        guard (1...limit).contains(numbers.count), numbers.allSatisfy(\.isFinite) else {
            throw ControlError(.invalidRequest, "field '\(name)' must be \(rule)")
        }
        return numbers
    }

    /// Two numbers between 0 and 1, the second no smaller.
    func range(_ name: String) throws(ControlError) -> ClosedRange<Double>? {
        let rule = "two numbers between 0 and 1, the least and the most, e.g. [0.2, 1]"
        guard let values: [Double] = try self.read(name, rule) else { return nil }
        guard values.count == 2, values.allSatisfy({ (0...1).contains($0) }), values[0] <= values[1] else {
            throw ControlError(.invalidRequest, "field '\(name)' must be \(rule)")
        }
        return values[0]...values[1]
    }

    /// One of `choices`.
    func choice(_ name: String, of choices: [String]) throws(ControlError) -> String? {
        let rule = "one of: \(choices.joined(separator: ", "))"
        guard let text: String = try self.read(name, rule) else { return nil }
        guard choices.contains(text) else {
            throw ControlError(.invalidRequest, "field '\(name)' must be \(rule)")
        }
        return text
    }

    /// `key=value`, cut at the first `=`.
    func segment(_ name: String) throws(ControlError) -> Segment? {
        guard let text: String = try self.read(name, Segment.rule) else { return nil }
        guard let segment = Segment(text) else {
            throw ControlError(.invalidRequest, "field '\(name)' must be \(Segment.rule)")
        }
        return segment
    }

    /// Microseconds since 1970, from a number or a text.
    func time(_ name: String) throws(ControlError) -> Int64? {
        guard self.has(name) else { return nil }
        if let time = try? self.container.decode(Int64.self, forKey: Key(stringValue: name)), time >= 0 { return time }
        guard let text = try? self.container.decode(String.self, forKey: Key(stringValue: name)),
            let time = PointInTime.microseconds(text)
        else { throw ControlError(.invalidRequest, "field '\(name)' must be \(PointInTime.rule)") }
        return time
    }

    /// Whether it is given, and not as null.
    func has(_ name: String) -> Bool {
        let key = Key(stringValue: name)
        return self.container.contains(key) && (try? self.container.decodeNil(forKey: key)) != true
    }

    /// Nil also for text that is only white space.
    func text(_ name: String, limit: Int) throws(ControlError) -> String? {
        guard let value: String = try self.read(name, "a string") else { return nil }
        guard value.unicodeScalars.count <= limit else {
            throw ControlError(.invalidRequest, "field '\(name)' is longer than \(limit) characters")
        }
        guard
            !value.unicodeScalars.contains(where: {
                $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t"
            })
        else { throw ControlError(.invalidRequest, "field '\(name)' contains control characters") }
        return value.allSatisfy(\.isWhitespace) ? nil : value
    }

    private func read<Value: Decodable>(_ name: String, _ expected: String) throws(ControlError) -> Value? {
        do {
            return try self.container.decodeIfPresent(Value.self, forKey: Key(stringValue: name))
        } catch {
            throw ControlError(.invalidRequest, "field '\(name)' must be \(expected)")
        }
    }
}
