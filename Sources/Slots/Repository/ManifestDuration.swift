/// A length of time as manifests and configuration write it: a whole number and a unit, `200us`, `2ms`, `30s`, `5m`, `12h`, `7d`.
package struct ManifestDuration: Sendable, Hashable, Decodable, CustomStringConvertible {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Nil unless `text` is a whole number followed directly by `us`, `ms`, `s`, `m`, `h` or `d`, and fits in 64 bits.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let count = UInt64(digits) else { return nil }
        let unit: UInt64
        switch text[digits.endIndex...] {
        case "us": unit = 1_000
        case "ms": unit = 1_000_000
        case "s": unit = 1_000_000_000
        case "m": unit = 60_000_000_000
        case "h": unit = 3_600_000_000_000
        case "d": unit = 86_400_000_000_000
        default: return nil
        }
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, nanoseconds <= UInt64(Int64.max) else { return nil }
        self.nanoseconds = nanoseconds
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let duration = ManifestDuration(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.rule(text))
        }
        self = duration
    }

    package static func rule(_ text: String) -> String {
        "'\(text)' is not a duration; write a whole number and a unit: 200us, 2ms, 30s, 5m, 12h or 7d"
    }

    package var description: String {
        switch self.nanoseconds {
        case let value where value % 1_000_000_000 == 0: "\(value / 1_000_000_000)s"
        case let value where value % 1_000_000 == 0: "\(value / 1_000_000)ms"
        default: "\(self.nanoseconds / 1_000)us"
        }
    }
}
