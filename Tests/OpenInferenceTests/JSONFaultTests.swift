import OpenInference
import TestSupport
import Testing

@Suite("JSONFault")
struct JSONFaultTests {
    private static let documents = [
        #"{"a":[1,-0.5e+10,1e308,"x\u00e9\ud834\udd1e é"],"bb":{"c":null,"d":[true,false,[]]},"e":{}}"#,
        #"[[[1]],"abcdefghijklmnop\"qrstuvwxyz",-9223372036854775808, 12345678901234567890 ,\#t0.1]"#,
        "[17.97693134862315e307,1.797693134862316e+308,1797693134862315e293,0.1e309,1.7976931348623157e308,1e0000308]",
        #"{"0123456":"0123456","01234567":"0123456é","012345678":"\\\/\b\n"}"#,
    ].map { Array($0.utf8) }

    private static let pieces =
        "[]{}:,\"\\ 0123456789.eE+-truefalsn\u{1}\u{0}x".utf8.map { [$0] }
        + [[0xC3, 0xA9], [0xFF], [0xED], [0xEF, 0xBB, 0xBF]]

    private static func damaged(_ random: inout SeededRandom) -> [UInt8] {
        var document = Self.documents.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &random) where !document.isEmpty {
            let index = Int.random(in: document.indices, using: &random)
            let piece = Self.pieces.randomElement(using: &random) ?? []
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1: document.replaceSubrange(index...index, with: piece)
            case 2: document.insert(contentsOf: piece, at: index)
            case 3: document.remove(at: index)
            default: document.removeSubrange(index...)
            }
        }
        return document
    }

    @Test("a damaged document has the fault that is found byte by byte")
    func damage() {
        var random = SeededRandom(seed: 1)
        var faults = 0
        for _ in 0..<50_000 {
            let document = Self.damaged(&random)
            document.withUnsafeBytes { bytes in
                let fault = JSONFault.find(in: bytes, maxDepth: 5)
                #expect(fault == SlowJSONFault.find(in: bytes, maxDepth: 5), "\(document)")
                faults += fault == nil ? 0 : 1
            }
        }
        #expect(faults > 30_000)
    }

    @Test("what a document ends with is found wherever its bytes begin", arguments: 0..<9)
    func alignment(spaces: Int) {
        for length in 0..<20 {
            for end in ["\"", "\\", "\\x\"", "\u{1}", "é\"", ""] {
                let text = String(repeating: " ", count: spaces) + "\"" + String(repeating: "a", count: length) + end
                Array(text.utf8).withUnsafeBytes { bytes in
                    #expect(JSONFault.find(in: bytes, maxDepth: 2) == SlowJSONFault.find(in: bytes, maxDepth: 2))
                }
            }
        }
    }
}
