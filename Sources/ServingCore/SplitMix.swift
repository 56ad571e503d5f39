/// SplitMix64 (Steele et al. 2014): the same numbers from the same state on every machine and in every version of Teal.
package struct SplitMix: Sendable {
    package private(set) var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The next number, in 0..<1.
    package mutating func unit() -> Double { StableHash.unit(self.next()) }
}
