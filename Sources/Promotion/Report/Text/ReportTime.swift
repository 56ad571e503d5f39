import Foundation

/// Points in time, UTC to the second.
enum ReportTime {
    /// `2026-01-31T08:15:00Z`, for programs.
    static func iso8601(_ microseconds: Int64) -> String {
        // Beyond four digits of year no reader knows what to do with it.
        guard (0..<253_402_300_800_000_000).contains(microseconds) else { return "\(microseconds)" }
        return Date(timeIntervalSince1970: Double(microseconds / 1_000_000)).formatted(.iso8601)
    }

    /// `2026-01-31 08:15:00 UTC`, for people.
    static func text(_ microseconds: Int64) -> String {
        let iso = self.iso8601(microseconds)
        return iso.hasSuffix("Z") ? iso.dropLast().split(separator: "T").joined(separator: " ") + " UTC" : iso
    }
}
