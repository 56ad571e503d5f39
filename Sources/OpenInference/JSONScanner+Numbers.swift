extension JSONScanner {
    /// Stands at the first digit or the sign, then behind the number.
    mutating func number() throws(JSONFault) {
        let start = self.at
        if self.byte == 0x2D { self.at += 1 }
        let whole = self.at
        try self.digits()
        let digits = self.at - whole
        if digits > 1, self.bytes[whole] == 0x30 { throw self.fault("a number has a leading zero", at: whole) }
        guard self.byte == 0x2E || self.byte | 0x20 == 0x65 else {
            guard digits <= Self.safeDigits || self.fits(whole, isNegative: whole > start) else {
                throw self.fault("a whole number does not fit 64 bits", at: start)
            }
            return
        }
        if self.byte == 0x2E {
            self.at += 1
            try self.digits()
        }
        let exponent = try self.exponent()
        let places = exponent.map { digits + $0 } ?? .max
        guard places > Self.safePlaces, places > Self.safePlaces + 1 || !self.isBelowLargest(whole) else { return }
        let text = String(decoding: self.bytes[start..<self.at], as: UTF8.self)
        if let value = Double(text), !value.isFinite { throw self.fault("a number is too large", at: start) }
    }

    /// Goes over whole numbers of a list that have room in any case, each with its comma; false when none is here.
    @inline(__always)
    mutating func skipPlainNumbers() -> Bool {
        var start = self.at
        while true {
            var at = start
            while at < self.bytes.count, self.bytes[at] &- 0x30 < 10 { at += 1 }
            let digits = at - start
            guard at < self.bytes.count, self.bytes[at] == 0x2C, digits > 0, digits <= Self.safeDigits,
                digits == 1 || self.bytes[start] != 0x30
            else { break }
            start = at + 1
        }
        defer { self.at = start }
        return start > self.at
    }

    /// 10^18 is less than the largest whole number of 64 bits.
    private static var safeDigits: Int { 18 }
    /// Numbers of so many places before the point are less than 10^308, and that than the largest 64-bit float.
    private static var safePlaces: Int { 308 }
    /// How the largest 64-bit float begins, which has one place more.
    private static var largest: StaticString { "1797693134862315" }

    /// Whether a number of as many places as the largest has, with its first digit at `start`, is less by its first digits.
    private func isBelowLargest(_ start: Int) -> Bool {
        var at = start
        for index in 0..<Self.largest.utf8CodeUnitCount {
            if at < self.at, self.bytes[at] == 0x2E { at += 1 }
            // Behind the digits comes the exponent.
            guard at < self.at, self.bytes[at] &- 0x30 < 10 else { return true }
            let (digit, largest) = (self.bytes[at], Self.largest.utf8Start[index])
            guard digit == largest else { return digit < largest }
            at += 1
        }
        return false
    }

    @inline(__always)
    private mutating func digits() throws(JSONFault) {
        var at = self.at
        while at < self.bytes.count, self.bytes[at] &- 0x30 < 10 { at += 1 }
        guard at > self.at else { throw self.fault("expected a digit") }
        self.at = at
    }

    /// The exponent behind a number, 0 without one and for those that make it smaller; nil when it has more than three
    /// digits.
    @inline(__always)
    private mutating func exponent() throws(JSONFault) -> Int? {
        guard self.byte | 0x20 == 0x65 else { return 0 }
        self.at += 1
        let isNegative = self.byte == 0x2D
        if isNegative || self.byte == 0x2B { self.at += 1 }
        let start = self.at
        try self.digits()
        guard !isNegative else { return 0 }
        guard self.at - start <= 3 else { return nil }
        return self.bytes[start..<self.at].reduce(0) { $0 * 10 + Int($1 & 0x0F) }
    }

    /// Whether the digits from `start` to here are a whole number of 64 bits, signed when it is negative.
    private func fits(_ start: Int, isNegative: Bool) -> Bool {
        var value: UInt64 = 0
        for digit in self.bytes[start..<self.at] {
            let tens = value.multipliedReportingOverflow(by: 10)
            let next = tens.partialValue.addingReportingOverflow(UInt64(digit & 0x0F))
            guard !tens.overflow, !next.overflow else { return false }
            value = next.partialValue
        }
        return !isNegative || value <= 1 << 63
    }
}
