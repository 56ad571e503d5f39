import TestSupport

/// Small changes of the kind that make two servers read one request in different ways.
enum Damage {
    private static let fragments: [String] = [
        "\r", "\n", "\r\n", "\r\n\r\n", " ", "\t", ":", ";", ",", "0", "1", "-", "+", "_", "\0", "\u{B}", "\"", "%",
        "/",
        "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "Connection: close\r\n", "HTTP/1.1",
        "GET / HTTP/1.1\r\n", "chunked", ";a=b", " HTTP/1.0", "0\r\n\r\n", "\r\n ",
    ]

    static func apply(to bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: at)
        case 3: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...12, using: &random)))
        case 4:
            let piece = bytes[at..<min(bytes.count, at + Int.random(in: 1...40, using: &random))]
            bytes.insert(contentsOf: Array(piece), at: Int.random(in: 0...bytes.count, using: &random))
        default:
            let fragment = Self.fragments[Int.random(in: 0..<Self.fragments.count, using: &random)]
            bytes.insert(contentsOf: Array(fragment.utf8), at: at)
        }
    }
}
