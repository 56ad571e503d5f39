internal import ServingCore

/// `bytes` in single quotes for an error message: at most `most` of them, cut between characters, with control
/// characters, quotes and backslashes escaped.
package func quoted(_ bytes: UnsafeBufferPointer<UInt8>, most: Int = 64) -> String {
    var kept = bytes.prefix(most)
    if kept.count < bytes.count {
        // Do not cut a character in two: drop continuation bytes and the lead byte they belong to.
        while let next = bytes.dropFirst(kept.count).first, next & 0xC0 == 0x80, !kept.isEmpty {
            kept = kept.dropLast()
        }
    }
    var text = "'"
    for scalar in String(decoding: kept, as: UTF8.self).unicodeScalars {
        switch scalar.value {
        case 0x27, 0x5C:
            text += "\\"
            text.unicodeScalars.append(scalar)
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029:
            text += "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            text.unicodeScalars.append(scalar)
        }
    }
    return text + (kept.count < bytes.count ? "'..." : "'")
}

func quoted(_ text: String) -> String {
    var text = text
    return text.withUTF8 { quoted($0) }
}

/// Names for an error message: the first 16, quoted, separated by commas.
func listed(_ specs: [TensorSpec]) -> String {
    let names = specs.prefix(16).map { quoted($0.name) }.joined(separator: ", ")
    return specs.count > 16 ? names + " and \(specs.count - 16) more" : names
}

/// A shape for an error message, e.g. `[1, 64]`; at most 16 dimensions of it.
func described(_ shape: [Int64]) -> String {
    let dimensions = shape.prefix(16).map { String($0) }.joined(separator: ", ")
    return shape.count > 16 ? "[\(dimensions), ...]" : "[\(dimensions)]"
}
