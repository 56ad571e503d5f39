import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Evidence: kept form and bounds")
struct EvidenceCodingTests {
    @Test("a hundred thousand pairs of every kind stay below 512 KB, and ten thousand more add less than 2 %")
    func isBounded() {
        var evidence = Evidence()
        var source = RandomEvidence(seed: 1)
        evidence.add(100_000, from: &source)
        let size = evidence.encoded().count
        #expect(size < 512 << 10)
        evidence.add(10_000, from: &source)
        #expect(evidence.encoded().count - size < size / 50)
    }

    @Test("the same pairs in the same order give the same bytes")
    func isDeterministic() {
        var (one, two) = (Evidence(), Evidence())
        var (first, second) = (RandomEvidence(seed: 7), RandomEvidence(seed: 7))
        one.add(3_000, from: &first)
        two.add(3_000, from: &second)
        #expect(one.encoded() == two.encoded())
    }

    @Test("written and read back in between, it goes on as if nothing had happened", arguments: [0, 1, 199, 2_000])
    func survivesARestart(_ before: Int) throws {
        var source = RandomEvidence(seed: 3)
        var whole = Evidence()
        whole.add(4_000, from: &source)
        source = RandomEvidence(seed: 3)
        var first = Evidence()
        first.add(before, from: &source)
        var second = try Evidence(decoding: first.encoded())
        #expect(second.encoded() == first.encoded())
        second.add(4_000 - before, from: &source)
        #expect(second.encoded() == whole.encoded())
        #expect(second.latency.candidate.quantiles([0.99]) == whole.latency.candidate.quantiles([0.99]))
    }

    @Test("every single changed byte and every cut is refused")
    func refusesDamage() {
        var source = RandomEvidence(seed: 5)
        var evidence = Evidence()
        evidence.add(50, from: &source)
        let bytes = evidence.encoded()
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= UInt8(1 + index % 255)
            #expect(throws: BinaryDamage.self) { try Evidence(decoding: damaged) }
        }
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: BinaryDamage.self) { try Evidence(decoding: Array(bytes.prefix(count))) }
        }
        #expect(throws: BinaryDamage.self) { try Evidence(decoding: bytes + [0]) }
    }

    @Test("damage with a right checksum gives evidence or an error, and evidence that can be gone on with")
    func isTotal() throws {
        var source = RandomEvidence(seed: 6)
        var evidence = Evidence()
        evidence.add(60, from: &source)
        let content = try BinarySeal.open(evidence.encoded(), kind: "TEVD", version: 1)
        var random = SeededRandom(seed: 8)
        for _ in 0..<300 {
            var damaged = content
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<damaged.count, using: &random)
                damaged[index] = UInt8.random(in: 0...255, using: &random)
            }
            let sealed = BinarySeal.seal(damaged, kind: "TEVD", version: 1)
            guard var decoded = try? Evidence(decoding: sealed) else { continue }
            decoded.add(5, from: &source)
            _ = decoded.latency.live.quantiles([0.5])
            _ = try Evidence(decoding: decoded.encoded())
        }
    }

    @Test("evidence of another version is refused by name")
    func refusesOtherVersions() {
        #expect(throws: BinaryDamage("TEVD is of version 9, this program reads version 1")) {
            try Evidence(decoding: BinarySeal.seal([0], kind: "TEVD", version: 9))
        }
    }
}
