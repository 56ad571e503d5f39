/// Credentials that tell themselves by how they begin: keys of well-known services, bearer and JSON web tokens, private
/// keys, users and passwords in addresses; and (`KeyedValueFinder`) what stands after a name such as `api_key`.
enum TokenFinder {
    /// How a service's keys begin.
    private struct Prefix {
        let text: StaticString
        /// Letters, digits, `-`, `_`, `.` that must follow.
        let least: Int
        /// Common enough in other words to ask for a word's begin and for what words lack: a digit, or both cases.
        var isWeak = false
    }

    private static let prefixes: [Prefix] = [
        Prefix(text: "sk-", least: 16, isWeak: true),
        Prefix(text: "SG.", least: 16, isWeak: true),
        Prefix(text: "hf_", least: 16, isWeak: true),
        Prefix(text: "npm_", least: 20, isWeak: true),
        Prefix(text: "sk_live_", least: 8),
        Prefix(text: "sk_test_", least: 8),
        Prefix(text: "rk_live_", least: 8),
        Prefix(text: "rk_test_", least: 8),
        Prefix(text: "pk_live_", least: 8),
        Prefix(text: "pk_test_", least: 8),
        Prefix(text: "ghp_", least: 16),
        Prefix(text: "gho_", least: 16),
        Prefix(text: "ghu_", least: 16),
        Prefix(text: "ghs_", least: 16),
        Prefix(text: "ghr_", least: 16),
        Prefix(text: "github_pat_", least: 16),
        Prefix(text: "glpat-", least: 12),
        Prefix(text: "xoxa-", least: 8),
        Prefix(text: "xoxb-", least: 8),
        Prefix(text: "xoxc-", least: 8),
        Prefix(text: "xoxd-", least: 8),
        Prefix(text: "xoxe-", least: 8),
        Prefix(text: "xoxe.", least: 8),
        Prefix(text: "xoxo-", least: 8),
        Prefix(text: "xoxp-", least: 8),
        Prefix(text: "xoxr-", least: 8),
        Prefix(text: "xoxs-", least: 8),
        Prefix(text: "xapp-", least: 8),
        Prefix(text: "AKIA", least: 16),
        Prefix(text: "ASIA", least: 16),
        Prefix(text: "AIza", least: 20),
        Prefix(text: "ya29.", least: 16),
        Prefix(text: "dop_v1_", least: 16),
        Prefix(text: "shpat_", least: 16),
        Prefix(text: "pypi-", least: 16),
        Prefix(text: "eyJ", least: 12),
    ]

    /// The prefixes by their first byte.
    private static let byFirst: [[Prefix]] = {
        var table = [[Prefix]](repeating: [], count: 256)
        for prefix in Self.prefixes { table[Int(prefix.text.utf8Start.pointee)].append(prefix) }
        return table
    }()

    /// - Parameter isCut: the text may have been cut: what has begun at its end counts however short it is.
    static func find(in bytes: Bytes, isCut: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        let byFirst = Self.byFirst
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            var match: Range<Int>?
            switch byte {
            case UInt8(ascii: "b"), UInt8(ascii: "B"): match = Self.bearer(bytes, at, isCut)
            case UInt8(ascii: "="), UInt8(ascii: ":"):
                match = KeyedValueFinder.value(bytes, after: at, isCut) ?? Self.userInfo(bytes, at)
            case UInt8(ascii: "-"): match = Self.privateKey(bytes, at)
            default:
                for prefix in byFirst[Int(byte)] where match == nil {
                    match = Self.token(bytes, at, prefix, isCut)
                }
            }
            if let match { found.append(match) }
            at = max(at + 1, match?.upperBound ?? 0)
        }
        return found
    }

    static func starts(_ bytes: Bytes, _ at: Int, with text: StaticString) -> Bool {
        guard bytes.count - at >= text.utf8CodeUnitCount else { return false }
        for offset in 0..<text.utf8CodeUnitCount where bytes[at + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private static func token(_ bytes: Bytes, _ at: Int, _ prefix: Prefix, _ isCut: Bool) -> Range<Int>? {
        guard self.starts(bytes, at, with: prefix.text) else { return nil }
        let start = at + prefix.text.utf8CodeUnitCount
        var end = start
        var hasDigit = false
        var hasUpper = false
        var hasLower = false
        var hasDot = false
        while end < bytes.count, bytes[end].isTokenByte || bytes[end] == UInt8(ascii: ".") {
            hasDigit = hasDigit || bytes[end].isDigit
            hasUpper = hasUpper || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[end])
            hasLower = hasLower || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[end])
            hasDot = hasDot || bytes[end] == UInt8(ascii: ".")
            end += 1
        }
        // No word is as long, and a text made of prefixes alone must not be read again from each of them.
        if end - start > 512 { return at..<end }
        let isCutHere = isCut && end == bytes.count
        if prefix.isWeak {
            let isWordStart = at == 0 || !bytes[at - 1].isAlphanumeric
            guard isWordStart, hasDigit || (hasUpper && hasLower) || isCutHere else { return nil }
        }
        // A JSON web token has parts.
        if bytes[at] == UInt8(ascii: "e"), !hasDot, !isCutHere { return nil }
        guard end - start >= prefix.least || isCutHere else { return nil }
        while end > start, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return at..<end
    }

    /// `Bearer <token>`, the word in any case.
    private static func bearer(_ bytes: Bytes, _ at: Int, _ isCut: Bool) -> Range<Int>? {
        guard at == 0 || !bytes[at - 1].isAlphanumeric, KeyedValueFinder.matches(bytes, at, "bearer") else {
            return nil
        }
        var start = at + 6
        while start < bytes.count, bytes[start] == UInt8(ascii: " ") || bytes[start] == UInt8(ascii: "\t") {
            start += 1
        }
        guard start > at + 6 else { return nil }
        var end = start
        while end < bytes.count, Self.isBearerByte(bytes[end]) { end += 1 }
        guard KeyedValueFinder.isSecret(bytes, start..<end, isCut) else { return nil }
        return start..<end
    }

    /// RFC 6750's b64token.
    private static func isBearerByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
        default: byte.isTokenByte
        }
    }

    /// `user:password` of `scheme://user:password@host`.
    private static func userInfo(_ bytes: Bytes, _ at: Int) -> Range<Int>? {
        guard Self.starts(bytes, at, with: "://") else { return nil }
        var end = at + 3
        var hasPassword = false
        while end < bytes.count, bytes[end] > 0x20, !Self.endsAuthority(bytes[end]) {
            hasPassword = hasPassword || bytes[end] == UInt8(ascii: ":")
            end += 1
        }
        guard hasPassword, end < bytes.count, bytes[end] == UInt8(ascii: "@") else { return nil }
        return (at + 3)..<end
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\""): true
        default: false
        }
    }

    /// `-----BEGIN ... PRIVATE KEY-----` up to its end, or the text's.
    private static func privateKey(_ bytes: Bytes, _ at: Int) -> Range<Int>? {
        guard Self.starts(bytes, at, with: "-----BEGIN ") else { return nil }
        var end = at + 11
        var isPrivate = false
        while end < bytes.count, end - at < 64, bytes[end] != UInt8(ascii: "-") {
            isPrivate = isPrivate || Self.starts(bytes, end, with: "PRIVATE KEY")
            end += 1
        }
        guard isPrivate else { return nil }
        while end < bytes.count {
            if Self.starts(bytes, end, with: "-----END ") {
                end += 9
                while end < bytes.count, bytes[end] != UInt8(ascii: "-") { end += 1 }
                while end < bytes.count, bytes[end] == UInt8(ascii: "-") { end += 1 }
                return at..<end
            }
            end += 1
        }
        return at..<end
    }
}
