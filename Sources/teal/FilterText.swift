import Admin
import ArgumentParser
import ServingCore

/// Filters of pairs as operators write them.
enum FilterText {
    static let outcomes = Leg.Outcome.allCases.map(\.name).joined(separator: ", ")

    static func outcome(_ text: String) throws -> Leg.Outcome {
        guard let outcome = Leg.Outcome(name: text) else {
            throw ValidationError("an outcome is one of: \(Self.outcomes)")
        }
        return outcome
    }

    static func segment(_ text: String) throws -> Segment {
        guard let segment = Segment(text) else { throw ValidationError("write \(Segment.rule)") }
        return segment
    }

    static func time(_ text: String) throws -> Int64 {
        guard let time = PointInTime.microseconds(text, before: CommandClock.microseconds) else {
            throw ValidationError(
                "'\(TerminalText.clean(text, limit: 80))' is no time: write 30m, 1h, 2d, or \(PointInTime.rule)"
            )
        }
        return time
    }

    static func share(_ text: String) throws -> Double {
        guard let share = Share.parse(text) else {
            throw ValidationError("'\(TerminalText.clean(text, limit: 80))' is not \(Share.rule)")
        }
        return share
    }

    static func slice(_ text: String) throws -> String {
        guard SliceID.isOne(text) else {
            throw ValidationError("'\(TerminalText.clean(text, limit: 80))' is no slice: write \(SliceID.rule)")
        }
        return text
    }
}
