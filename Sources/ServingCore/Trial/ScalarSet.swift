/// A set of Unicode scalars: a class of a regular expression.
struct ScalarSet: Sendable {
    /// Properties that scalars beyond ASCII are asked for.
    enum Property: Sendable, Hashable {
        case digit, notDigit, word, notWord, space, notSpace
    }

    /// One bit for each ASCII scalar.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var ranges: [ClosedRange<UInt32>] = []
    private var properties: Set<Property> = []
    private var isInverted = false
    private var alternatives: [ScalarSet] = []

    static let word = ScalarSet(property: .word)

    init() {}

    init(_ scalar: Unicode.Scalar) {
        self.insert(scalar.value...scalar.value)
    }

    init(property: Property) {
        self.insert(property)
    }

    /// The members of `other`, so that this may be inverted whatever `other` is made of.
    init(union other: ScalarSet) {
        self.formUnion(other)
    }

    /// Every scalar but these.
    init(allBut excluded: [Unicode.Scalar]) {
        for scalar in excluded { self.insert(scalar.value...scalar.value) }
        self.invert()
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 64 { return self.low >> UInt64(scalar.value) & 1 == 1 }
        if scalar.value < 128 { return self.high >> UInt64(scalar.value - 64) & 1 == 1 }
        let isListed =
            self.ranges.contains { $0.contains(scalar.value) } || self.properties.contains { Self.has(scalar, $0) }
            || self.alternatives.contains { $0.contains(scalar) }
        return isListed != self.isInverted
    }

    mutating func insert(_ range: ClosedRange<UInt32>) {
        self.ranges.append(range)
        for value in range.lowerBound..<max(range.lowerBound, min(128, range.upperBound &+ 1)) { self.setASCII(value) }
    }

    mutating func insert(_ property: Property) {
        self.properties.insert(property)
        for value in UInt32(0)..<128 where Self.has(Unicode.Scalar(UInt8(value)), property) { self.setASCII(value) }
    }

    mutating func invert() {
        self.low = ~self.low
        self.high = ~self.high
        self.isInverted.toggle()
    }

    mutating func formUnion(_ other: ScalarSet) {
        self.low |= other.low
        self.high |= other.high
        self.alternatives.append(other)
    }

    /// Adds the other case of each ASCII letter in it.
    mutating func ignoreCase() {
        let letters: UInt64 = 0x07FF_FFFE
        let upper = self.high & letters
        let lower = self.high >> 32 & letters
        self.high |= upper << 32 | lower
    }

    private mutating func setASCII(_ value: UInt32) {
        if value < 64 { self.low |= 1 << UInt64(value) } else { self.high |= 1 << UInt64(value - 64) }
    }

    private static func has(_ scalar: Unicode.Scalar, _ property: Property) -> Bool {
        switch property {
        case .digit: scalar.properties.generalCategory == .decimalNumber
        case .notDigit: !Self.has(scalar, .digit)
        case .word: scalar == "_" || scalar.properties.isAlphabetic || Self.has(scalar, .digit)
        case .notWord: !Self.has(scalar, .word)
        case .space: scalar.properties.isWhitespace
        case .notSpace: !Self.has(scalar, .space)
        }
    }
}
