/// Where a client stands among all clients of a model, by the value of the split's key:
///
///     number = top53(fmix64(fnv1a64(utf8(value)) ^ fmix64(seed ^ 0x73706C6974))) / 2^53
///
/// with FNV-1a of 64 bits and the finaliser of MurmurHash3. The client is in the candidate's share if and only if
/// `number < share`, so whoever is in a share is in every larger one too.
package struct SplitBucket: Sendable, Hashable {
    /// Names the rule above. A rule that sends one client elsewhere gets another name.
    package static let algorithm = "fnv1a64-fmix64/1"

    package let value: UInt64

    package init(key: String, seed: Int64) {
        self.value = StableHash.seeded(key, seed: seed ^ Self.purpose)
    }

    /// 0..<1
    package var number: Double { StableHash.unit(self.value) }

    package func isCandidate(share: Double) -> Bool { self.number < share }

    /// `split` in ASCII. Mirroring decides with the same functions: under no seed may it decide alike.
    private static let purpose: Int64 = 0x73_706C_6974

    /// The seed of a model for which nobody chose one; 31 bits, which every JSON reader keeps.
    package static func seed(of model: String) -> Int64 {
        Int64(StableHash.fmix64(StableHash.fnv1a64(model)) >> 33)
    }
}
