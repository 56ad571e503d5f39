import Foundation

/// Times as people and other programs read them.
enum Timestamp {
    /// UTC to the second, e.g. `2026-01-31T08:15:00Z`.
    static func iso8601(microseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(microseconds / 1_000_000)).formatted(.iso8601)
    }
}
