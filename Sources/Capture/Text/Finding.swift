/// A part of a text that must not be kept.
struct Finding: Equatable {
    enum Kind {
        case email, card, token, other

        var marker: StaticString {
            switch self {
            case .email: "[email]"
            case .card: "[card]"
            case .token: "[token]"
            case .other: "[redacted]"
            }
        }
    }

    var range: Range<Int>
    var kind: Kind
    /// What stands there is a whole JSON value: the marker must be one too.
    var isValue = false

    /// In ascending order, without overlap; what overlaps becomes one, of the kind that covers most.
    static func merged(_ findings: [Finding]) -> [Finding] {
        var merged: [Finding] = []
        for finding in findings.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where !finding.range.isEmpty {
            guard var last = merged.last, finding.range.lowerBound < last.range.upperBound else {
                merged.append(finding)
                continue
            }
            if finding.range.count > last.range.count { last.kind = finding.kind }
            last.range = last.range.lowerBound..<max(last.range.upperBound, finding.range.upperBound)
            last.isValue = last.isValue || finding.isValue
            merged[merged.count - 1] = last
        }
        return merged
    }
}

typealias Bytes = UnsafeBufferPointer<UInt8>

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isAlphanumeric: Bool { self.isDigit || self.isLetter }
    /// What tokens are made of: letters, digits, `-`, `_`.
    var isTokenByte: Bool { self.isAlphanumeric || self == 0x2D || self == 0x5F }
}
