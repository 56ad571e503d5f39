import Foundation

/// A report as JSON with sorted keys: the same report gives the same bytes. Figures that are no numbers are texts.
package enum ReportJSON {
    package static func text(_ report: ReleaseReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }

    package static func report(_ text: String) throws -> ReleaseReport {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        return try decoder.decode(ReleaseReport.self, from: Data(text.utf8))
    }
}
