import ServingCore
import Shadow
import Testing

@Suite struct RequestHashTests {
    @Test(
        "the hash of an id is the same on every machine",
        arguments: [
            ("", Int64(0), UInt64(0xEFD0_1F60_BA99_2926)),
            ("a", 0, 0x82A2_A958_A9BE_CE5B),
            ("digits-0001", 1_763_964_000_000_000, 3_958_973_768_622_050_409),
        ]
    )
    func golden(id: String, seed: Int64, value: UInt64) {
        #expect(RequestHash(id: id, seed: seed).value == value)
    }

    @Test func aRetryGetsTheDecisionOfTheFirstTry() {
        for number in 0..<1_000 {
            let first = RequestHash(id: "r\(number)", seed: 7)
            let again = RequestHash(id: "r\(number)", seed: 7)
            #expect(first.isMirrored(share: 0.3) == again.isMirrored(share: 0.3))
        }
    }

    @Test func aLargerShareMirrorsAllThatASmallerOneDid() {
        for number in 0..<10_000 {
            let hash = RequestHash(id: "r\(number)", seed: 7)
            if hash.isMirrored(share: 0.05) { #expect(hash.isMirrored(share: 0.2)) }
        }
    }

    @Test("the share that is mirrored is the share asked for", arguments: [0, 0.01, 0.1, 0.5, 1])
    func share(_ share: Double) {
        let ids = (0..<20_000).filter { RequestHash(id: "request-\($0)", seed: 3).isMirrored(share: share) }
        let numbers = (0..<20_000).filter { RequestHash(number: UInt64($0), seed: 3).isMirrored(share: share) }
        for count in [ids.count, numbers.count] {
            #expect(abs(Double(count) / 20_000 - share) < 0.012)
            if share == 0 || share == 1 { #expect(count == Int(share * 20_000)) }
        }
    }

    @Test func whatIsAskedAgainDoesNotDependOnWhatIsMirrored() {
        let mirrored = (0..<40_000).map { RequestHash(number: UInt64($0), seed: 1) }
            .filter { $0.isMirrored(share: 0.5) }
        let noise = mirrored.filter { $0.isNoise(share: 0.1) }
        #expect(abs(Double(noise.count) / Double(mirrored.count) - 0.1) < 0.01)
    }

    @Test func whatIsMirroredDoesNotDependOnWhoGetsTheCandidate() {
        // Also when a split has the seed of a release.
        let live = (0..<40_000).map { "r\($0)" }.filter { !SplitBucket(key: $0, seed: 7).isCandidate(share: 0.3) }
        let mirrored = live.count { RequestHash(id: $0, seed: 7).isMirrored(share: 0.1) }
        #expect(abs(Double(mirrored) / Double(live.count) - 0.1) < 0.008)
    }
}
