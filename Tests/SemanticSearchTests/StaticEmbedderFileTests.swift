import SemanticSearch
import TestSupport
import Testing

struct StaticEmbedderFileTests {
    private func refusal(of bytes: [UInt8]) -> String? {
        do {
            _ = try StaticEmbedder(contentsOf: bytes)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a file that ends anywhere before its end is refused`() {
        let file = StaticEmbedderSample().file
        #expect(self.refusal(of: file) == nil)
        for length in file.indices { #expect(self.refusal(of: Array(file[..<length])) != nil, "\(length)") }
        #expect(self.refusal(of: file + [0]) != nil)
    }

    @Test func `a file with any one bit flipped is refused`() {
        let file = StaticEmbedderSample().file
        for place in file.indices {
            for bit in 0..<8 {
                var spoiled = file
                spoiled[place] ^= 1 << bit
                #expect(self.refusal(of: spoiled) != nil, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func `another kind or version of file is named as such`() {
        var sample = StaticEmbedderSample()
        sample.version = 2
        #expect(self.refusal(of: sample.file) == "the static embedder's file has version 2, 1 can be read")
        sample.magic = "TEALSTAX"
        #expect(self.refusal(of: sample.file) == "this is no file of a static embedder")
        #expect(self.refusal(of: []) == "this is no file of a static embedder")
    }

    @Test(arguments: [0, 4_097, 0x7FFF_FFFF, 0xFFFF_FFFF])
    func `absurd numbers in the header are refused before anything is made for them`(number: Int) throws {
        let fields: [(WritableKeyPath<StaticEmbedderSample, Int>, String)] = [
            (\.dimension, "dimension"), (\.requiredCount, "tokens"), (\.maximumTokens, "longest text"),
            (\.requiredLength, "vocabulary"),
        ]
        for (field, name) in fields {
            var sample = StaticEmbedderSample()
            sample[keyPath: field] = number
            let refusal = self.refusal(of: sample.file)
            // A text may well be 4097 tokens long.
            if number == 4_097, name == "longest text" {
                #expect(refusal == nil)
            } else {
                let words = number == 4_097 && name != "dimension" ? "bytes where its header asks for" : name
                #expect(try #require(refusal).contains(words))
            }
        }
    }

    @Test(arguments: [Float.nan, .infinity, -1, 1e7])
    func `a scale that is no reasonable number is refused`(scale: Float) throws {
        var sample = StaticEmbedderSample()
        sample.scales[2] = scale
        #expect(try #require(self.refusal(of: sample.file)).contains("scale"))
    }

    @Test func `a vocabulary that cannot be used, or of another length than the table, is refused`() throws {
        var sample = StaticEmbedderSample()
        sample.vocabulary = "north\neast\nsouth\nwest\nup\ndown\n"
        #expect(try #require(self.refusal(of: sample.file)).contains("[UNK]"))
        sample.vocabulary = "[UNK]\n[CLS]\n[SEP]\nnorth\neast\n"
        #expect(self.refusal(of: sample.file) == "the static embedder's file has 6 rows for a vocabulary of 5")
    }

    @Test func `files of random numbers with a right digest are refused or usable`() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2_000 {
            var content = StaticEmbedderSample().content
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                content[Int.random(in: 8..<content.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            guard let embedder = try? StaticEmbedder(contentsOf: StaticEmbedderSample.signed(content)) else { continue }
            let vectors = embedder.embed(["north east", "south nowhere"])
            #expect(vectors.count == 2 * embedder.identity.dimension)
            #expect(vectors.allSatisfy { abs($0) <= 1.000_001 })
        }
    }
}

extension StaticEmbedderSample {
    fileprivate var requiredCount: Int {
        get { self.count ?? 0 }
        set { self.count = newValue }
    }
    fileprivate var requiredLength: Int {
        get { self.vocabularyLength ?? 0 }
        set { self.vocabularyLength = newValue }
    }
}
