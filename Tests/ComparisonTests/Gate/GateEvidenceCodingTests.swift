import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Evidence of the gate: what is written and read back")
struct GateEvidenceCodingTests {
    @Test(
        "written and read back in mid-stream, the same pairs give the same bytes",
        arguments: [0, 1, 20, 333] as [Int]
    )
    func midStream(_ pause: Int) throws {
        var whole = GateEvidence.sample()
        var observations = RandomObservations(seed: 5)
        whole.add(pause, of: &observations)
        var again = try GateEvidence(decoding: whole.encoded())
        #expect(again == whole)
        for _ in 0..<400 {
            let (observation, loss) = (observations.next(), observations.loss())
            whole.add(observation)
            whole.add(loss)
            again.add(observation)
            again.add(loss)
            again = try GateEvidence(decoding: again.encoded())
        }
        #expect(again == whole)
        #expect(again.encoded() == whole.encoded())
    }

    @Test("the order of the pairs is part of what is known: the same pairs in the same order give the same bytes")
    func orderExact() {
        var (one, two, turned) = (GateEvidence.sample(), GateEvidence.sample(), GateEvidence.sample())
        var observations = RandomObservations(seed: 6)
        let seen = (0..<300).map { _ in observations.next() }
        for observation in seen {
            one.add(observation)
            two.add(observation)
        }
        for observation in seen.reversed() { turned.add(observation) }
        #expect(one.encoded() == two.encoded())
        #expect(turned.pairs == one.pairs && turned.validity.mean == one.validity.mean)
        #expect(turned.encoded() != one.encoded())
    }

    @Test("terms and subject are kept", arguments: [GateTerms.Subject.candidate, .live])
    func terms(_ subject: GateTerms.Subject) throws {
        var policy = GatePolicy()
        policy.rules[.errors]?.margin = 0.123
        policy.medianSlack = 7
        policy.latencyBaseline = .live
        policy.tailThreshold = 0.3
        let terms = GateTerms(policy, subject: subject)
        let read = try GateEvidence(decoding: GateEvidence(terms).encoded())
        #expect(read.terms == terms && read.first == nil && read.last == nil)
    }

    @Test("a cut or changed byte is noticed")
    func damaged() {
        let bytes = Self.bytes()
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x10
            #expect(throws: BinaryDamage.self) { try GateEvidence(decoding: changed) }
        }
        for length in 0..<bytes.count {
            #expect(throws: BinaryDamage.self) { try GateEvidence(decoding: Array(bytes.prefix(length))) }
        }
    }

    @Test("bytes that are damaged and sealed again never trap, and what can be read can go on")
    func damagedAndSealed() throws {
        let content = try BinarySeal.open(Self.bytes(), kind: "TGAT", version: 1)
        var random = SeededRandom(seed: 8)
        var observations = RandomObservations(seed: 9)
        var readable = 0
        for _ in 0..<3_000 {
            var changed = content
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { changed.removeLast(Int.random(in: 0..<40, using: &random)) }
            let sealed = BinarySeal.seal(changed, kind: "TGAT", version: 1)
            guard var evidence = try? GateEvidence(decoding: sealed) else { continue }
            readable += 1
            evidence.add(4, of: &observations)
            if let first = evidence.first, let last = evidence.last { #expect(last - first >= 0) }
            #expect(evidence.encoded().count > 100)
        }
        #expect(readable > 0)
    }

    private static func bytes() -> [UInt8] {
        var evidence = GateEvidence.sample()
        var observations = RandomObservations(seed: 7)
        evidence.add(30, of: &observations)
        return evidence.encoded()
    }
}
