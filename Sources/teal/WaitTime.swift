import Foundation

/// A length of time as it is written on a command line: a whole number and `s`, `m`, `h` or `d`.
struct WaitTime {
    let value: Duration

    init?(_ text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0,
            count <= 1_000_000
        else { return nil }
        self.value = .seconds(count * unit)
    }
}

/// The time now, as the API writes times.
enum CommandClock {
    static var microseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}
