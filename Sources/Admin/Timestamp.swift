import Foundation

/// Times as people and other programs read them.
enum Timestamp {
    /// UTC to the second, e.g. `2026-01-31T08:15:00Z`.
    static func iso8601(microseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(microseconds / 1_000_000)).formatted(.iso8601)
    }

    /// Now, as HTTP's `Date` has it, e.g. `Sat, 31 Jan 2026 08:15:00 GMT`.
    static func httpNow() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
