/// What is decided about a request by chance is decided by this hash, before the request runs: the same request id gives
/// the same decisions in the same release, so a retry is mirrored if and only if the first try was, and a larger share
/// mirrors everything the smaller one did.
package struct RequestHash: Sendable, Equatable {
    package let value: UInt64

    /// Of a request id: FNV-1a 64 over its UTF-8 bytes, then the finaliser of MurmurHash3 over that and the seed.
    package init(id: String, seed: Int64) {
        var id = id
        let hash = id.withUTF8 { bytes in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return hash
        }
        self.value = Self.mix(hash ^ Self.mix(UInt64(bitPattern: seed)))
    }

    /// Of a request without an id: as good as random, because nobody could repeat the decision anyway.
    package init(number: UInt64, seed: Int64) {
        self.value = Self.mix(number &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: seed))
    }

    /// Whether the request belongs to `share` (0...1) of all.
    package func isMirrored(share: Double) -> Bool { Self.unit(self.value) < share }

    /// Whether a mirrored request belongs to the `share` for which the live version is asked again; independent of
    /// `isMirrored`.
    package func isNoise(share: Double) -> Bool { Self.unit(Self.mix(self.value ^ 0x6E6F_6973_65)) < share }

    /// Whether a mirrored request still belongs to the `share` that an event loop under pressure lets through;
    /// independent of both.
    package func isAdmitted(share: Double) -> Bool { Self.unit(Self.mix(self.value ^ 0x6164_6D69_74)) < share }

    /// Whether the version asked again is asked before the candidate, so that neither always meets warm caches.
    var asksNoiseFirst: Bool { Self.mix(self.value ^ 0x6F72_6465_72) & 1 == 0 }

    /// The upper 53 bits as a number in 0..<1.
    private static func unit(_ value: UInt64) -> Double { Double(value >> 11) * 0x1p-53 }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        value = (value ^ (value >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return value ^ (value >> 33)
    }
}
