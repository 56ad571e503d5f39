import TestSupport

/// The chunked coding of a body, with extensions and trailers that mean nothing.
enum Chunks {
    static func random(of body: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...200, using: &random))
            rest = rest.dropFirst(piece.count)
            let digits = String(piece.count, radix: 16, uppercase: Bool.random(using: &random))
            let ending = ["", "", "", ";a=b", ";a"][Int.random(in: 0..<5, using: &random)]
            let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
            bytes += Array((zeros + digits + ending + "\r\n").utf8) + piece + Array("\r\n".utf8)
        }
        let zeros = String(repeating: "0", count: Int.random(in: 1...3, using: &random))
        let trailer = ["", "", "", "x-trailer: abc\r\n", "x:\r\ny: 1\r\n"][Int.random(in: 0..<5, using: &random)]
        return bytes + Array((zeros + "\r\n" + trailer + "\r\n").utf8)
    }
}
