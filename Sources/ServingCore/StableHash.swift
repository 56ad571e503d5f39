/// Hash functions whose values are the same on every machine and in every version of Teal: what chance decided once it
/// decides alike again.
package enum StableHash {
    /// FNV-1a, 64 bits, of the text's UTF-8.
    package static func fnv1a64(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { bytes in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return hash
        }
    }

    /// The finaliser of MurmurHash3: a bit changed in `value` changes each bit of the result with a chance of one half.
    package static func fmix64(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        value = (value ^ (value >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return value ^ (value >> 33)
    }

    /// Of a text, under a seed: two seeds give values that have nothing to do with each other.
    package static func seeded(_ text: String, seed: Int64) -> UInt64 {
        self.fmix64(self.fnv1a64(text) ^ self.fmix64(UInt64(bitPattern: seed)))
    }

    /// The upper 53 bits as a number in 0..<1.
    package static func unit(_ value: UInt64) -> Double { Double(value >> 11) * 0x1p-53 }
}
