/// A number of bytes as manifests write it: `512KiB`, `64MiB`, `1GiB`, or a plain number.
package struct ManifestSize: Sendable, Hashable, Decodable {
    package let bytes: Int

    /// Nil unless `text` is a whole number, followed directly by `KiB`, `MiB`, `GiB` or nothing, of at most 1 TiB.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let count = Int(digits) else { return nil }
        let unit: Int
        switch text[digits.endIndex...] {
        case "": unit = 1
        case "KiB": unit = 1 << 10
        case "MiB": unit = 1 << 20
        case "GiB": unit = 1 << 30
        default: return nil
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, bytes <= 1 << 40 else { return nil }
        self.bytes = bytes
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let size = ManifestSize(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.rule(text))
        }
        self = size
    }

    package static func rule(_ text: String) -> String {
        "'\(text)' is not a size; write a whole number and a unit: 512KiB, 64MiB or 1GiB"
    }
}
