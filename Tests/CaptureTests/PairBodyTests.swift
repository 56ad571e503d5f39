import Capture
import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("PairBody")
struct PairBodyTests {
    private static let signature = ModelSignature(inputs: [], outputs: [])

    private static func body(_ mode: CapturePolicy.Mode, _ rules: [RedactionRule] = []) throws -> PairBody {
        let (pair, comparison) = Pairs.everything()
        let redactor = PairRedactor(rules, mode: mode)
        return try #require(
            redactor.body(of: redactor.redacted(pair), redactor.redacted(comparison, live: Self.signature))
        )
    }

    @Test("What was encoded is decoded", arguments: [CapturePolicy.Mode.full, .redacted, .hash])
    func roundTrip(_ mode: CapturePolicy.Mode) throws {
        let body = try Self.body(mode, [.tensor("image")])
        let decoded = try PairBody(decoding: body.encoded())
        #expect(decoded == body)
        #expect(decoded.mode == mode)
    }

    @Test("Mode full keeps every byte of every tensor")
    func full() throws {
        let (pair, comparison) = Pairs.everything()
        let body = try PairBody(decoding: Self.body(.full).encoded())
        for (kept, given) in zip(body.inputs, pair.inputs) {
            #expect(kept.name == given.name && kept.shape == given.tensor.shape)
            #expect(kept.tensor?.rawBytes == given.tensor.rawBytes)
        }
        #expect(body.noise?.map(\.name) == pair.noise?.outputs.map(\.name))
        #expect(body.comparison == comparison)
    }

    @Test("A pair of digits takes well under 1 KB")
    func size() throws {
        let redactor = PairRedactor()
        let sizes = [false, true].map { noise in
            redactor.body(of: redactor.redacted(Pairs.digits(noise: noise)), Pairs.comparison(noise: noise))?.encoded()
                .count ?? 0
        }
        #expect(sizes[0] > 300 && sizes[0] < 650, "\(sizes)")
        #expect(sizes[1] < 800, "\(sizes)")
    }

    @Test("Mode off keeps nothing")
    func off() {
        let redactor = PairRedactor([], mode: .off)
        #expect(redactor.body(of: redactor.redacted(Pairs.digits()), Pairs.comparison()) == nil)
    }

    @Test("Every flipped bit and every cut is an error")
    func damage() throws {
        let bytes = try Self.body(.redacted).encoded()
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                #expect(throws: PairBodyError.self) { try PairBody(decoding: damaged) }
            }
            #expect(throws: PairBodyError.self) { try PairBody(decoding: Array(bytes[..<index])) }
        }
        #expect(throws: PairBodyError.self) { try PairBody(decoding: bytes + [0]) }
    }

    @Test("Damage with a right checksum is an error or a body, never more")
    func sealedDamage() throws {
        let content = try Self.body(.redacted).encoded().dropLast(8)
        var random = SeededRandom(seed: 3)
        func attempt(_ bytes: [UInt8]) {
            let sealed = bytes + withUnsafeBytes(of: BodyChecksum.of(bytes).littleEndian) { Array($0) }
            guard let body = try? PairBody(decoding: sealed) else { return }
            for kept in body.inputs + body.live + body.candidate + (body.noise ?? []) {
                guard let tensor = kept.tensor, let width = tensor.datatype.byteWidth else { continue }
                #expect(tensor.elementCount * width == tensor.bytes.count)
            }
            _ = RecordedRequest.line(body)
        }
        for index in content.indices {
            for value in [0, 1, 0x7F, 0x80, 0xFF] + (0..<8).map({ content[index] ^ (1 << UInt8($0)) }) {
                var damaged = Array(content)
                damaged[index] = value
                attempt(damaged)
            }
            attempt(Array(content[..<index]))
        }
        for _ in 0..<5_000 {
            var damaged = Array(content)
            for _ in 0..<3 {
                damaged[Int.random(in: 4..<damaged.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            attempt(damaged)
        }
    }

    @Test("A later form says so")
    func version() throws {
        var bytes = try Self.body(.full).encoded()
        bytes[2] = 9
        #expect(throws: PairBodyError.version(9)) { try PairBody(decoding: bytes) }
    }
}
