import TestSupport

/// Bytes that are nearly right: valid ones, changed a little, the same from the same seed.
struct Mutations {
    private static let tokens: [String] = [
        "[", "]", "{", "}", "\"", "\\", ",", ":", "null", "NaN", "-Infinity", "true", "-1", "0", "1e999", "1.5", "-0",
        "9223372036854775807", "18446744073709551615", "\u{0}", "\\u0000", "\\ud800", "\"b64\"", "[[", "]]", "{}", "[]",
        "\"outputs\"", "\"shape\"", "\"binary_data_size\"", "\"model_name\"", "FP32", "BYTES", "é",
    ]

    private let seeds: [[UInt8]]
    private var random: SeededRandom

    init(_ seeds: [[UInt8]], seed: UInt64) {
        self.seeds = seeds
        self.random = SeededRandom(seed: seed)
    }

    mutating func next() -> [UInt8] {
        var bytes = self.pick(self.seeds)
        for _ in 0...self.below(4) { self.mutate(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let at = self.below(bytes.count + 1)
        let end = min(bytes.count, at + self.below(12))
        switch self.random.next() % 8 {
        case 0: if at < bytes.count { bytes[at] ^= 1 << UInt8(self.below(8)) }
        case 1: bytes.removeSubrange(at..<end)
        case 2: bytes.insert(contentsOf: bytes[at..<end], at: self.below(bytes.count + 1))
        case 3: bytes.replaceSubrange(at..<end, with: Array(self.pick(Self.tokens).utf8))
        case 4: bytes.insert(contentsOf: self.pick(Self.tokens).utf8, at: at)
        case 5: bytes.removeSubrange(at...)
        case 6: bytes.replaceSubrange(at..., with: self.pick(self.seeds).dropFirst(at))
        default: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: self.random.next()) }
        }
    }

    private mutating func below(_ bound: Int) -> Int { Int(self.random.next() % UInt64(max(1, bound))) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[self.below(elements.count)] }
}
