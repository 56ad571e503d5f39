/// What stands in a JSON text outside its strings.
enum JSONText {
    /// Of numbers and of `true`, `false`, `null`, `NaN`, `Infinity`.
    static func isWordByte(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    static func isWord(_ bytes: Bytes) -> Bool {
        guard let first = bytes.first else { return false }
        if first.isDigit || (first == UInt8(ascii: "-") && bytes.count > 1 && bytes[1].isDigit) { return true }
        return ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains { $0.utf8.elementsEqual(bytes) }
    }

    /// Makes every finding that lies outside the strings of `bytes` cover the whole number there, as a value.
    /// `findings` are merged; `bytes` are JSON.
    static func coveringNumbers(_ findings: [Finding], in bytes: Bytes) -> [Finding] {
        var covered: [Finding] = []
        var at = 0
        var isInString = false
        for var finding in findings {
            while at < finding.range.lowerBound {
                if isInString, bytes[at] == UInt8(ascii: "\\") {
                    at += 2
                    continue
                }
                if bytes[at] == UInt8(ascii: "\"") { isInString.toggle() }
                at += 1
            }
            if !isInString, !finding.isValue, Self.isWordByte(bytes[finding.range.lowerBound]) {
                var lower = finding.range.lowerBound
                var upper = finding.range.upperBound
                while lower > 0, Self.isWordByte(bytes[lower - 1]) { lower -= 1 }
                while upper < bytes.count, Self.isWordByte(bytes[upper]) { upper += 1 }
                finding.range = lower..<upper
                finding.isValue = true
            }
            covered.append(finding)
        }
        return Finding.merged(covered)
    }
}
