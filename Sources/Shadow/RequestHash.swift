import ServingCore

/// What is decided about a request by chance is decided by this hash, before the request runs: the same request id gives
/// the same decisions in the same release, so a retry is mirrored if and only if the first try was, and a larger share
/// mirrors everything the smaller one did.
package struct RequestHash: Sendable, Equatable {
    package let value: UInt64

    /// Of a request id.
    package init(id: String, seed: Int64) {
        self.value = StableHash.seeded(id, seed: seed)
    }

    /// Of a request without an id: as good as random, because nobody could repeat the decision anyway.
    package init(number: UInt64, seed: Int64) {
        self.value = StableHash.fmix64(number &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: seed))
    }

    /// Whether the request belongs to `share` (0...1) of all.
    package func isMirrored(share: Double) -> Bool { StableHash.unit(self.value) < share }

    /// Whether a mirrored request belongs to the `share` for which the live version is asked again; independent of
    /// `isMirrored`.
    package func isNoise(share: Double) -> Bool { self.number(0x6E6F_6973_65) < share }

    /// Whether a mirrored request still belongs to the `share` that an event loop under pressure lets through;
    /// independent of both.
    package func isAdmitted(share: Double) -> Bool { self.number(0x6164_6D69_74) < share }

    /// Whether the version asked again is asked before the candidate, so that neither always meets warm caches.
    var asksNoiseFirst: Bool { StableHash.fmix64(self.value ^ 0x6F72_6465_72) & 1 == 0 }

    private func number(_ purpose: UInt64) -> Double { StableHash.unit(StableHash.fmix64(self.value ^ purpose)) }
}
