import Comparison
import SemanticSearch
import Testing

struct StaticEmbedderTests {
    private static let half = Float(0.5).squareRoot()

    private func embed(_ texts: String..., sample: StaticEmbedderSample = StaticEmbedderSample()) throws -> [Float] {
        try StaticEmbedder(contentsOf: sample.file).embed(texts)
    }

    @Test func `a text's vector is the sum of its tokens' rows, of unit length`() throws {
        let vectors = try self.embed("north", "East north", "east, east", "north east north")
        let fifth = Float(0.2).squareRoot()
        let expected = [0, 1, Self.half, Self.half, 1, 0, fifth, 2 * fifth]
        #expect(zip(vectors, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(vectors.count == expected.count)
    }

    @Test func `rows weigh what their scales say`() throws {
        var sample = StaticEmbedderSample()
        sample.scales[4] = 0.75
        let vector = try self.embed("north east", sample: sample)
        #expect(abs(vector[0] - 3 * vector[1]) < 1e-6)
    }

    @Test func `what follows the longest text is not read`() throws {
        #expect(try self.embed("north north north north east east") == [0, 1])
    }

    @Test(arguments: ["", " \t\r\n", "\0\u{7}", "\u{200B}\u{FEFF}"])
    func `a text without a token has a row of zeros and no meaning`(text: String) throws {
        let embedder = try StaticEmbedder(contentsOf: StaticEmbedderSample().file)
        #expect(embedder.embed(["north", text, "east"]) == [0, 1, 0, 0, 1, 0])
        #expect(Self.meaning(of: Array(text.utf8), embedder) == nil)
    }

    @Test(arguments: ["north south", "of words unheard"])
    func `a text whose rows cancel out or are zero has a row of zeros and no meaning`(text: String) throws {
        let embedder = try StaticEmbedder(contentsOf: StaticEmbedderSample().file)
        #expect(embedder.embed([text]) == [0, 0])
        #expect(Self.meaning(of: Array(text.utf8), embedder) == nil)
    }

    @Test func `rows too small to have a direction give zeros, large ones a unit vector`() throws {
        var sample = StaticEmbedderSample()
        sample.scales[3] = 1e-20
        sample.scales[4] = 1e6
        #expect(try self.embed("north", "east east east east", sample: sample) == [0, 0, 1, 0])
    }

    @Test func `no texts have no vectors`() throws {
        #expect(try StaticEmbedder(contentsOf: StaticEmbedderSample().file).embed([]).isEmpty)
    }

    @Test func `a text's meaning is its vector, whatever its bytes are`() throws {
        let embedder = try StaticEmbedder(contentsOf: StaticEmbedderSample().file)
        #expect(Self.meaning(of: Array("north".utf8), embedder) == [0, 1])
        #expect(Self.meaning(of: [0xFF, 0xC0] + Array(" east ".utf8) + [0xE2, 0x82], embedder) == [1, 0])
        #expect(Self.meaning(of: [UInt8](repeating: 0x80, count: 8_192), embedder) == nil)
    }

    @Test func `a megabyte of text costs no more than its first tokens`() throws {
        let text = String(repeating: "east ", count: 200_000)
        #expect(try self.embed(text, String(repeating: "x", count: 1 << 20)) == [1, 0, 0, 0])
    }

    @Test func `another file is another embedder`() throws {
        let first = try StaticEmbedder(contentsOf: StaticEmbedderSample().file)
        var sample = StaticEmbedderSample()
        sample.rows[3][0] = 1
        let second = try StaticEmbedder(contentsOf: sample.file)
        #expect(first.identity.name == "static-en")
        #expect(first.identity.dimension == 2)
        #expect(first.identity.digest == StaticEmbedderSample().file.suffix(32).prefix(8).hexadecimal)
        #expect(first.identity != second.identity)
        #expect(first.mark == "static-en-\(first.identity.digest)")
        #expect(first.mark != second.mark)
    }

    private static func meaning(of bytes: [UInt8], _ embedder: StaticEmbedder) -> [Float]? {
        bytes.withUnsafeBytes { embedder.vector(of: $0) }
    }
}

extension Sequence<UInt8> {
    fileprivate var hexadecimal: String {
        self.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
