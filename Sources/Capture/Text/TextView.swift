import ServingCore

/// A text as it reads once one layer of disguise is taken off, with the place in the source of each byte: JSON escapes
/// (`\u0040`, `\/`, however many backslashes), percent escapes, full-width forms, digits of any script, typographic dashes
/// and spaces; what is invisible is left out.
struct TextView {
    private(set) var bytes: [UInt8] = []
    /// For each byte, where in the source that which became it begins and ends. Ascending.
    private var starts: [Int] = []
    private var ends: [Int] = []
    private var isChanged = false

    /// Nil when the text reads the same.
    init?(of source: Bytes) {
        self.bytes.reserveCapacity(source.count)
        self.starts.reserveCapacity(source.count)
        self.ends.reserveCapacity(source.count)
        var at = 0
        while at < source.count {
            switch source[at] {
            case UInt8(ascii: "\\"): at = self.takeEscape(source, at)
            case UInt8(ascii: "%"): at = self.takePercent(source, at)
            case 0x80...: at = self.takeBeyondASCII(source, at)
            default:
                self.put(source[at], at..<(at + 1))
                at += 1
            }
        }
        guard self.isChanged else { return nil }
    }

    /// Takes off one more layer; positions stay those of the first source. Nil when there is none.
    func next() -> TextView? {
        guard var view = self.bytes.withUnsafeBufferPointer({ TextView(of: $0) }) else { return nil }
        for index in view.starts.indices {
            view.starts[index] = self.starts[view.starts[index]]
            view.ends[index] = self.ends[view.ends[index] - 1]
        }
        return view
    }

    /// Where in the source a part of this view comes from.
    func source(of range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return 0..<0 }
        return self.starts[range.lowerBound]..<self.ends[range.upperBound - 1]
    }

    /// `range` of the source, grown so that it cuts no escape.
    func whole(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        if let unit = self.unit(over: lower) { lower = min(lower, unit.lowerBound) }
        if let unit = self.unit(over: upper - 1) { upper = max(upper, unit.upperBound) }
        return lower..<upper
    }

    private func unit(over position: Int) -> Range<Int>? {
        var low = 0
        var high = self.starts.count
        while low < high {
            let middle = (low + high) / 2
            if self.starts[middle] <= position { low = middle + 1 } else { high = middle }
        }
        guard low > 0, self.ends[low - 1] > position else { return nil }
        return self.starts[low - 1]..<self.ends[low - 1]
    }

    private mutating func put(_ byte: UInt8, _ source: Range<Int>) {
        self.bytes.append(byte)
        self.starts.append(source.lowerBound)
        self.ends.append(source.upperBound)
    }

    private mutating func put(_ scalar: Unicode.Scalar, _ source: Range<Int>) {
        switch PlainScalar.of(scalar) {
        case .same: for byte in UTF8.encode(scalar).map(Array.init) ?? [] { self.put(byte, source) }
        case .ascii(let byte): self.put(byte, source)
        case .invisible: break
        }
    }

    private mutating func takeEscape(_ source: Bytes, _ start: Int) -> Int {
        self.isChanged = true
        var at = start
        while at < source.count, source[at] == UInt8(ascii: "\\") { at += 1 }
        guard at < source.count else { return at }
        let escaped = source[at]
        switch escaped {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"):
            self.put(0x20, start..<(at + 1))
            return at + 1
        case UInt8(ascii: "u"):
            guard let (scalar, end) = Self.unicodeEscape(source, at + 1) else { return at }
            self.put(scalar, start..<end)
            return end
        case UInt8(ascii: "x"):
            guard let value = Self.hexadecimal(source, at + 1, count: 2) else { return at }
            self.put(Unicode.Scalar(UInt8(truncatingIfNeeded: value)), start..<(at + 3))
            return at + 3
        case UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "'"):
            self.put(escaped, start..<(at + 1))
            return at + 1
        default: return at
        }
    }

    /// After the `u`; two of them when they are a surrogate pair.
    private static func unicodeEscape(_ source: Bytes, _ at: Int) -> (Unicode.Scalar, Int)? {
        guard let unit = Self.hexadecimal(source, at, count: 4) else { return nil }
        var end = at + 4
        if let scalar = Unicode.Scalar(unit) { return (scalar, end) }
        while end < source.count, source[end] == UInt8(ascii: "\\") { end += 1 }
        guard end < source.count, source[end] == UInt8(ascii: "u"),
            let low = Self.hexadecimal(source, end + 1, count: 4), unit & 0xFC00 == 0xD800, low & 0xFC00 == 0xDC00,
            let scalar = Unicode.Scalar(0x1_0000 + (unit & 0x3FF) << 10 + low & 0x3FF)
        else { return ("\u{FFFD}", at + 4) }
        return (scalar, end + 5)
    }

    private mutating func takePercent(_ source: Bytes, _ start: Int) -> Int {
        if let value = Self.hexadecimal(source, start + 1, count: 2), (0x20..<0x7F).contains(value) {
            self.isChanged = true
            self.put(UInt8(truncatingIfNeeded: value), start..<(start + 3))
            return start + 3
        }
        self.put(source[start], start..<(start + 1))
        return start + 1
    }

    private mutating func takeBeyondASCII(_ source: Bytes, _ start: Int) -> Int {
        guard let (scalar, width) = UTF8Scalar.decode(source, at: start) else {
            self.put(source[start], start..<(start + 1))
            return start + 1
        }
        let range = start..<(start + width)
        switch PlainScalar.of(scalar) {
        case .same: for at in range { self.put(source[at], range) }
        case .ascii(let byte):
            self.isChanged = true
            self.put(byte, range)
        case .invisible: self.isChanged = true
        }
        return range.upperBound
    }

    private static func hexadecimal(_ source: Bytes, _ start: Int, count: Int) -> UInt32? {
        guard source.count - start >= count else { return nil }
        var value: UInt32 = 0
        for byte in source[start..<(start + count)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}

/// What a scalar is read as by people and by the programs that are meant to understand it.
private enum PlainScalar {
    case same
    case ascii(UInt8)
    case invisible

    static func of(_ scalar: Unicode.Scalar) -> PlainScalar {
        switch scalar.value {
        case 0..<0x80: return .ascii(UInt8(truncatingIfNeeded: scalar.value))
        case 0xAD, 0x034F, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFE00...0xFE0F, 0xFEFF:
            return .invisible
        case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return .ascii(0x20)
        case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63: return .ascii(UInt8(ascii: "-"))
        case 0xFE6B: return .ascii(UInt8(ascii: "@"))
        case 0x2024, 0x3002, 0xFF61: return .ascii(UInt8(ascii: "."))
        case 0xFF01...0xFF5E: return .ascii(UInt8(truncatingIfNeeded: scalar.value - 0xFEE0))
        // Latin to Hebrew, and the large blocks of East Asia, have no digits.
        case 0..<0x0660, 0x3040..<0xA620, 0xAC00..<0xD800: return .same
        default:
            guard scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue,
                let digit = UInt8(exactly: value)
            else { return .same }
            return .ascii(0x30 &+ digit)
        }
    }
}
