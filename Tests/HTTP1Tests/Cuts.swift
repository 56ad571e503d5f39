import TestSupport

/// Bytes cut as a network might.
enum Cuts {
    /// Whole, byte by byte, or at up to six places.
    static func random(of bytes: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return [bytes]
        case 1: return bytes.map { [$0] }
        default:
            let count = Int.random(in: 1...6, using: &random)
            let places = (0..<count).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            return zip([0] + places, places + [bytes.count]).map { Array(bytes[$0..<$1]) }
        }
    }
}
