/// One pass over a text that tells which searches could find anything: most texts need none.
struct TextScan {
    private(set) var hasAt = false
    private(set) var digits = 0
    /// There is a `=` or `:`, so perhaps a key with its value.
    private(set) var hasAssignment = false
    /// The longest run of what tokens are made of.
    private(set) var longestRun = 0
    /// Escapes or characters beyond ASCII, behind which something may hide.
    private(set) var mayBeDisguised = false
    private(set) var isASCII = true

    init(_ bytes: Bytes) {
        var seen: UInt8 = 0
        var run = 0
        let kinds = Self.kinds
        for byte in bytes {
            let kind = kinds[Int(byte)]
            seen |= kind
            self.digits &+= Int(kind & Kind.digit)
            run = kind & Kind.token == 0 ? 0 : run &+ 1
            self.longestRun = max(self.longestRun, run)
        }
        self.hasAt = seen & Kind.at != 0
        self.hasAssignment = seen & Kind.assignment != 0
        self.isASCII = seen & Kind.beyondASCII == 0
        self.mayBeDisguised = seen & (Kind.escape | Kind.beyondASCII) != 0
    }

    var mayHoldEmail: Bool { self.hasAt }
    var mayHoldCard: Bool { self.digits >= 12 }
    /// A bearer token may be short, but has a digit then.
    var mayHoldToken: Bool { self.hasAssignment || self.longestRun >= 12 || self.digits > 0 }

    private enum Kind {
        static let digit: UInt8 = 1
        static let token: UInt8 = 2
        static let at: UInt8 = 4
        static let assignment: UInt8 = 8
        static let escape: UInt8 = 16
        static let beyondASCII: UInt8 = 32
    }

    private static let kinds: [UInt8] = {
        var kinds = [UInt8](repeating: 0, count: 256)
        for byte in UInt8.min...UInt8.max {
            var kind: UInt8 = 0
            if byte.isDigit { kind |= Kind.digit }
            if byte.isTokenByte { kind |= Kind.token }
            switch byte {
            case UInt8(ascii: "@"): kind |= Kind.at
            case UInt8(ascii: "="), UInt8(ascii: ":"): kind |= Kind.assignment
            case UInt8(ascii: "\\"), UInt8(ascii: "%"): kind |= Kind.escape
            case 0x80...: kind |= Kind.beyondASCII
            default: break
            }
            kinds[Int(byte)] = kind
        }
        return kinds
    }()
}
