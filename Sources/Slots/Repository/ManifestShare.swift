/// A part of a whole as manifests write it: `10%` or `0.1`.
package struct ManifestShare: Sendable, Hashable, Decodable {
    /// 0...1.
    package let value: Double

    /// Nil unless `text` is a number from 0 to 1, or from 0 to 100 followed directly by `%`.
    package init?(_ text: String) {
        let isPercent = text.hasSuffix("%")
        guard let number = Double(isPercent ? String(text.dropLast()) : text) else { return nil }
        let value = isPercent ? number / 100 : number
        guard value >= 0, value <= 1 else { return nil }
        self.value = value
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let share = ManifestShare(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.rule(text))
        }
        self = share
    }

    package static func rule(_ text: String) -> String {
        "'\(text)' is not a share; write 0% to 100%, or 0 to 1"
    }
}
