/// Numbers as texts write them: `1,000.0`, `1000` and `01000` are one number.
enum NumberText {
    /// Bytes looked at for one number: lists of numbers would otherwise be read to their end for each of them.
    private static let limit = 64

    /// Where a run of digits, and of points and commas between digits, ends. At least one digit stands at `start`.
    static func end(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var place = start
        while place < min(text.count, start + Self.limit) {
            let byte = text[place]
            if Self.isDigit(byte) {
                place += 1
            } else if byte == UInt8(ascii: ".") || byte == UInt8(ascii: ","), place + 1 < text.count,
                Self.isDigit(text[place + 1])
            {
                place += 2
            } else {
                break
            }
        }
        return place
    }

    /// How much of such a run is its first number: all of it when commas separate thousands and there is at most one point,
    /// after them; else, in lists, dates and versions, up to the first separator.
    static func used(_ run: UnsafeBufferPointer<UInt8>) -> Int {
        var (digits, whole, hasComma, hasPoint) = (0, true, false, false)
        var first = run.count
        for (place, byte) in run.enumerated() {
            if Self.isDigit(byte) {
                digits += 1
                continue
            }
            first = min(first, place)
            let isComma = byte == UInt8(ascii: ",")
            if hasPoint { whole = false }
            if hasComma ? digits != 3 : isComma && digits > 3 { whole = false }
            if isComma { hasComma = true } else { hasPoint = true }
            digits = 0
        }
        if hasComma, !hasPoint, digits != 3 { whole = false }
        return whole ? run.count : first
    }

    /// Of the value: without separators of thousands, zeros in front, and zeros behind a point.
    static func hash(_ number: UnsafeBufferPointer<UInt8>, isNegative: Bool) -> UInt64 {
        var end = number.count
        if number.contains(UInt8(ascii: ".")) {
            while end > 0, number[end - 1] == UInt8(ascii: "0") { end -= 1 }
            if end > 0, number[end - 1] == UInt8(ascii: ".") { end -= 1 }
        }
        var hash = TextHash()
        var isLeading = true
        for place in 0..<end {
            let byte = number[place]
            if byte == UInt8(ascii: ",") || isLeading && byte == UInt8(ascii: "0") { continue }
            // Zero has no sign.
            if isLeading, isNegative { hash.add(UInt8(ascii: "-")) }
            isLeading = false
            hash.add(byte)
        }
        if isLeading { hash.add(UInt8(ascii: "0")) }
        return hash.value
    }

    /// True when a minus stands before `place` that joins no two words, as in `3-5`.
    static func hasSign(_ text: UnsafeBufferPointer<UInt8>, before place: Int) -> Bool {
        var before = place
        if before >= 1, text[before - 1] == UInt8(ascii: "-") {
            before -= 1
        } else if before >= 3, text[before - 3] == 0xE2, text[before - 2] == 0x88, text[before - 1] == 0x92 {
            before -= 3
        } else {
            return false
        }
        guard before > 0 else { return true }
        let byte = text[before - 1]
        return
            !(Self.isDigit(byte) || (byte | 0x20) &- 0x61 < 26 || byte >= 0x80 || byte == UInt8(ascii: ")")
            || byte == UInt8(ascii: "-"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
