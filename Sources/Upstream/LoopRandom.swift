import ServingCore

/// SplitMix64: chance that can be told beforehand, and costs no system call.
struct LoopRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        return StableHash.fmix64(self.state)
    }
}
