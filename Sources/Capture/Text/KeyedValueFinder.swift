/// Secrets that only their name tells: `api_key=...`, `"password": "..."`, `Authorization: Basic ...`.
enum KeyedValueFinder {
    /// Ends of names, without `-`, `_`, `.` and case.
    private static let names: [StaticString] = [
        "apikey", "accesskey", "accesskeyid", "secretkey", "privatekey", "signingkey", "authkey", "sharedkey",
        "accountkey", "token", "secret", "password", "passwd", "passphrase", "pwd", "authorization", "credential",
        "credentials", "sessionid", "sessionkey",
    ]

    private static let schemes: [StaticString] = ["basic", "bearer", "digest", "token", "apikey", "negotiate"]

    /// Bytes looked at before and after the `=` or `:`: the time must not depend on what a client sends.
    private static let maxBetween = 16
    private static let maxName = 64

    /// The value after the `=` or `:` at `at`, when the name before it and its own look say that it is a secret.
    static func value(_ bytes: Bytes, after at: Int, _ isCut: Bool) -> Range<Int>? {
        guard Self.isSecretName(bytes, before: at) else { return nil }
        var start = at + 1
        while start < bytes.count, start - at <= Self.maxBetween, Self.isBetween(bytes[start]) { start += 1 }
        var end = Self.end(bytes, start)
        if Self.schemes.contains(where: { $0.utf8CodeUnitCount == end - start && Self.matches(bytes, start, $0) }) {
            let scheme = end
            start = end
            while start < bytes.count, start - scheme <= Self.maxBetween, Self.isBetween(bytes[start]) { start += 1 }
            end = Self.end(bytes, start)
        }
        guard Self.isSecret(bytes, start..<end, isCut) else { return nil }
        return start..<end
    }

    /// Long, or with something in it that words lack.
    static func isSecret(_ bytes: Bytes, _ range: Range<Int>, _ isCut: Bool) -> Bool {
        if isCut, range.upperBound == bytes.count, !range.isEmpty { return true }
        if range.count >= 16 { return true }
        guard range.count >= 6 else { return false }
        return bytes[range].contains {
            !$0.isLetter && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") && $0 != 0x2E
        }
    }

    /// `word` is in lower case.
    static func matches(_ bytes: Bytes, _ at: Int, _ word: StaticString) -> Bool {
        guard bytes.count - at >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where bytes[at + offset] | 0x20 != word.utf8Start[offset] {
            return false
        }
        return true
    }

    private static func isSecretName(_ bytes: Bytes, before at: Int) -> Bool {
        var end = at
        while end > 0, at - end < Self.maxBetween, Self.isBetween(bytes[end - 1]) || bytes[end - 1] == UInt8(ascii: "]")
        { end -= 1 }
        // The last letters of the name, last first.
        return Self.names.contains { name in
            var at = end
            var left = name.utf8CodeUnitCount
            while left > 0, at > 0, end - at < Self.maxName,
                bytes[at - 1].isTokenByte || bytes[at - 1] == UInt8(ascii: ".")
            {
                at -= 1
                if !bytes[at].isAlphanumeric { continue }
                guard bytes[at] | 0x20 == name.utf8Start[left - 1] else { return false }
                left -= 1
            }
            return left == 0
        }
    }

    /// What may stand between a name, its `=` or `:` and the value.
    private static func isBetween(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "="),
            UInt8(ascii: ":"), UInt8(ascii: ">"), UInt8(ascii: "["):
            true
        default: false
        }
    }

    private static func end(_ bytes: Bytes, _ start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] > 0x20, !Self.endsValue(bytes[end]) { end += 1 }
        return end
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "]"), UInt8(ascii: "}"),
            UInt8(ascii: ")"), UInt8(ascii: "\\"):
            true
        default: false
        }
    }
}
