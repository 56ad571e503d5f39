/// Points in time as operators write them.
package enum PointInTime {
    package static let rule =
        "microseconds since 1970 or ISO 8601 with a time zone, e.g. 2026-01-31T08:15:00Z or 2026-01-31"

    /// Microseconds since 1970 of `text`: such a number itself, or ISO 8601; a date alone is its first moment in UTC. Nil
    /// when it is neither.
    package static func microseconds(_ text: String) -> Int64? {
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return Int64(text) }
        return self.iso8601(text)
    }

    /// As `microseconds(_:)`, and times back from `now` such as `90s`, `15m`, `1h`, `2d`.
    package static func microseconds(_ text: String, before now: Int64) -> Int64? {
        guard let span = Span.microseconds(text) else { return self.microseconds(text) }
        let (time, underflow) = now.subtractingReportingOverflow(span)
        return underflow ? nil : max(0, time)
    }

    private static func iso8601(_ text: String) -> Int64? {
        let form = /(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(Z|([+-])(\d\d):?(\d\d)))?/
        guard let match = text.wholeMatch(of: form) else { return nil }
        let parts = match.output
        let number = { (part: Substring?) in part.map { Int64($0) } ?? 0 }
        guard let year = number(parts.1), let month = number(parts.2), let day = number(parts.3),
            let hour = number(parts.4), let minute = number(parts.5), let second = number(parts.6),
            let micros = number(parts.7.map { $0 + String(repeating: "0", count: 6 - $0.count) }),
            let zoneHours = number(parts.10), let zoneMinutes = number(parts.11),
            let days = self.days(year, month, day), hour < 24, minute < 60, second < 60, zoneHours < 24,
            zoneMinutes < 60
        else { return nil }
        // Four digits of year: nothing below comes near an overflow.
        let zone = (zoneHours * 60 + zoneMinutes) * (parts.9 == "-" ? -1 : 1)
        return (((days * 24 + hour) * 60 + minute - zone) * 60 + second) * 1_000_000 + micros
    }

    /// Days since 1970-01-01 in the Gregorian calendar; nil for a date that does not exist. Counted from March, so that
    /// the leap day comes last (Howard Hinnant, "chrono-compatible low-level date algorithms").
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        guard (1...12).contains(month) else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length: Int64 = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        guard (1...length).contains(day) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
