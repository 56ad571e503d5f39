/// Identity of one of a model's two places. Never a role: either may be live.
package enum Slot: String, Sendable, Hashable, CaseIterable, Codable {
    case blue, green

    package var other: Slot { self == .blue ? .green : .blue }
}

/// What a slot is doing at the moment, as seen by operators.
package enum SlotRole: String, Sendable, Codable {
    /// Answers clients.
    case live
    /// Loaded, not live, never been live since it was loaded.
    case candidate
    /// Was live before the last cutover; kept loaded so that a rollback is instant.
    case standby
    /// Nothing in it that could answer.
    case none
}

/// A served model's name: lower-case letters, digits, `.`, `_`, `-`, at most 64 bytes, starting with a letter or
/// digit. Safe as a folder name and as a metric label.
package struct ModelName: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Nil when `text` does not follow the rule above.
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 64, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F })
        else { return nil }
        self.description = String(text)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    package static let rule = "1 to 64 of a-z 0-9 . _ -, starting with a letter or digit"
}
