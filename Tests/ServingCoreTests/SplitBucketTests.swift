import ServingCore
import Testing

/// The golden numbers were computed with Python 3.11, by nothing but this:
///
///     M = 2**64 - 1
///     def fmix64(x):
///         x = (x ^ x >> 33) * 0xFF51AFD7ED558CCD & M
///         x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53 & M
///         return x ^ x >> 33
///     def fnv1a64(text):
///         h = 0xCBF29CE484222325
///         for byte in text.encode(): h = (h ^ byte) * 0x100000001B3 & M
///         return h
///     def number(key, seed):
///         return (fmix64(fnv1a64(key) ^ fmix64((seed ^ 0x73706C6974) & M)) >> 11) / 2**53
///     def seed(model):
///         return fmix64(fnv1a64(model)) >> 33
@Suite("Which clients a candidate gets") struct SplitBucketTests {
    @Test(
        "a client's number is the same on every machine and for ever",
        arguments: [
            ("", Int64(0), 0.2912485000452194), ("", 7, 0.6495459904981082), ("a", 0, 0.708567605022522),
            ("a", 1, 0.6825155321950456), ("0", 0, 0.17519117582909016), ("user-1", 7, 0.7629040824643462),
            ("user-2", 7, 0.43316652623564167), (" user-1", 7, 0.5546232546418831),
            ("user-1", 8, 0.6284503858840272), ("user-1", -1, 0.40795407490576163),
            ("user-1", 9_007_199_254_740_991, 0.2643533129265737),
            ("digits-0001", 1_763_964_000_000_000, 0.5332470773913833), ("grün", 7, 0.5242280163468024),
            ("客户-42", 7, 0.3071601240583798), ("👩‍🔬", 7, 0.0263662566921804),
            (String(repeating: "x", count: 1_024), 7, 0.8262250472193315),
        ]
    )
    func golden(key: String, seed: Int64, number: Double) {
        #expect(SplitBucket(key: key, seed: seed).number == number)
        #expect(SplitBucket.algorithm == "fnv1a64-fmix64/1")
    }

    @Test(
        "a model without a seed gets the same one on every machine",
        arguments: [("digits", Int64(293_133_794)), ("sentiment", 1_624_249_144), ("m", 1_932_559_654)]
    )
    func seed(model: String, seed: Int64) {
        #expect(SplitBucket.seed(of: model) == seed)
    }

    @Test("of 10,000 clients everyone in a share is in each larger one")
    func monotone() {
        let shares = [0, 0.001, 0.01, 0.05, 0.2, 0.25, 0.5, 0.999, 1]
        for number in 0..<10_000 {
            let bucket = SplitBucket(key: "user-\(number)", seed: 7)
            let sides = shares.map { bucket.isCandidate(share: $0) }
            #expect(zip(sides, sides.dropFirst()).allSatisfy { $0 == $1 || $1 }, "user-\(number)")
            #expect(sides.first == false && sides.last == true)
        }
    }

    @Test("as many clients are in a share as the share says", arguments: [0.01, 0.05, 0.2, 0.5])
    func share(_ share: Double) {
        for seed in [0, 7, SplitBucket.seed(of: "digits")] as [Int64] {
            let count = (0..<20_000).count { SplitBucket(key: "user-\($0)", seed: seed).isCandidate(share: share) }
            // Four standard deviations.
            #expect(abs(Double(count) - 20_000 * share) < 4 * (20_000 * share * (1 - share)).squareRoot())
        }
    }

    @Test("another seed brings other clients")
    func seeds() {
        let both = (0..<20_000).count { number in
            [1, 2].allSatisfy { SplitBucket(key: "user-\(number)", seed: $0).isCandidate(share: 0.2) }
        }
        #expect(abs(Double(both) / 20_000 - 0.04) < 0.006)
    }
}
