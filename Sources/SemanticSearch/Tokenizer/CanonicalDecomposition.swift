/// Canonical decompositions (NFD) of Unicode 9, without the non-spacing marks in them.
struct CanonicalDecomposition: Sendable {
    static let shared = Self(reading: Self.table)

    private static let pageBits: UInt32 = 7
    private static let hangul: ClosedRange<UInt32> = 0xAC00...0xD7A3

    /// Where the page of a scalar begins in `entries`; 0 is a page without a decomposition.
    private var pages: [Int]
    /// Which of `parts` a scalar has; 0 for none.
    private var entries: [Int]
    private var parts: [[Unicode.Scalar]]

    /// Calls `body` with each scalar of the decomposition in turn; with the scalar itself when it has none.
    func forEach(of scalar: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
        if Self.hangul.contains(scalar.value) {
            return Self.syllable(scalar.value - Self.hangul.lowerBound, body)
        }
        let page = Int(scalar.value >> Self.pageBits)
        let start = page < self.pages.count ? self.pages[page] : 0
        let entry = self.entries[start + Int(scalar.value & (1 << Self.pageBits - 1))]
        if entry == 0 { return body(scalar) }
        for part in self.parts[entry] { body(part) }
    }

    /// The Unicode Standard, section 3.12.
    private static func syllable(_ index: UInt32, _ body: (Unicode.Scalar) -> Void) {
        Unicode.Scalar(0x1100 + index / 588).map(body)
        Unicode.Scalar(0x1161 + index % 588 / 28).map(body)
        if index % 28 != 0 { Unicode.Scalar(0x11A7 + index % 28).map(body) }
    }

    /// Reads words parted by blanks, numbers in hexadecimal: `@C0` says whose decomposition comes next; each word after it
    /// is that of the next scalar: `41`, `1100+1161`, `-` when nothing is left, `41*6` for six scalars in a row.
    private init(reading table: String) {
        self.pages = []
        self.entries = [Int](repeating: 0, count: 1 << Self.pageBits)
        self.parts = [[]]
        var next: UInt32 = 0
        for word in table.split(whereSeparator: \.isWhitespace) {
            if word.first == "@" {
                next = UInt32(word.dropFirst(), radix: 16) ?? next
                continue
            }
            let halves = word.split(separator: "*")
            self.parts.append(
                (halves.first ?? "").split(separator: "+")
                    .compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
            )
            for _ in 0..<(halves.count == 2 ? UInt32(halves[1], radix: 16) ?? 1 : 1) {
                self.point(next, to: self.parts.count - 1)
                next += 1
            }
        }
    }

    private mutating func point(_ scalar: UInt32, to entry: Int) {
        let page = Int(scalar >> Self.pageBits)
        while self.pages.count <= page { self.pages.append(0) }
        if self.pages[page] == 0 {
            self.pages[page] = self.entries.count
            self.entries += [Int](repeating: 0, count: 1 << Self.pageBits)
        }
        self.entries[self.pages[page] + Int(scalar & (1 << Self.pageBits - 1))] = entry
    }
}
