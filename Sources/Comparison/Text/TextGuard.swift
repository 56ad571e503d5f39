/// What the angle between two meanings hardly shows (statistics B11).
package enum TextGuard: String, Sendable, CaseIterable {
    /// One side says nothing.
    case empty
    /// One side says the same over and over.
    case looping
    /// One side declines to answer.
    case refusal
    /// One side denies what the other says.
    case negation
    /// A number is missing, new, or another one.
    case numbers
    /// Names, or identifiers such as `user_id`, are missing, new, or others.
    case names
    /// One side is more than three times as long.
    case length

    /// For people.
    var sentence: String {
        switch self {
        case .empty: "one side is empty"
        case .looping: "one side repeats itself"
        case .refusal: "one side declines to answer"
        case .negation: "one side negates"
        case .numbers: "numbers differ"
        case .names: "names differ"
        case .length: "one side is much longer"
        }
    }

    /// Those that fired, in words; nil when none did.
    static func sentence(_ details: [String: Double]) -> String? {
        let fired = Self.allCases.filter { details[$0.rawValue, default: 0] > 0 }
        return fired.isEmpty ? nil : fired.map(\.sentence).joined(separator: ", ")
    }
}
