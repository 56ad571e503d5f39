package import Comparison
package import ServingCore

/// What the store keeps of a pair beside its summary: the tensors of the request and of all answers, and the comparison.
package struct PairBody: Sendable, Equatable {
    /// Never `off`.
    package let mode: CapturePolicy.Mode
    package let inputs: [KeptTensor]
    package let live: [KeptTensor]
    package let candidate: [KeptTensor]
    /// Nil when the live version was not asked again.
    package let noise: [KeptTensor]?
    package let comparison: PairComparison

    package init(
        mode: CapturePolicy.Mode,
        inputs: [KeptTensor],
        live: [KeptTensor],
        candidate: [KeptTensor],
        noise: [KeptTensor]?,
        comparison: PairComparison
    ) {
        self.mode = mode
        self.inputs = inputs
        self.live = live
        self.candidate = candidate
        self.noise = noise
        self.comparison = comparison
    }
}

/// Why bytes are no `PairBody`.
package enum PairBodyError: Error, Equatable, CustomStringConvertible {
    /// Written by a later version of the gateway.
    case version(UInt8)
    /// What does not fit, for the log.
    case damaged(String)

    package var description: String {
        switch self {
        case .version(let version): "the pair is stored in form \(version), which this version of teal does not know"
        case .damaged(let what): "the stored pair is damaged: \(what)"
        }
    }
}

/// How a body is laid out. All numbers little-endian; counts, lengths and indices of strings as LEB128.
///
///     "TP", version, mode, strings, inputs, live, candidate, noise, comparison, checksum
///
/// Names and texts stand once in a table of strings and are referred to by index. An answer that equals the live one
/// takes one byte.
enum PairBodyForm {
    static let magic: [UInt8] = [0x54, 0x50]
    static let version: UInt8 = 1
    static let checksumBytes = 8
    static let modes: [CapturePolicy.Mode] = [.full, .redacted, .hash]
    static let kinds = FieldDifference.Kind.allCases

    enum Content {
        static let bytes: UInt8 = 0
        static let hash: UInt8 = 1
        static let removed: UInt8 = 2
        /// The bytes of the live answer at the same place.
        static let sameAsLive: UInt8 = 3
    }

    /// Bits of one output's comparison.
    enum Flag {
        static let diverged: UInt8 = 1
        static let hasFlip: UInt8 = 2
        static let flip: UInt8 = 4
        static let liveClass: UInt8 = 8
        static let candidateClass: UInt8 = 16
        static let signedError: UInt8 = 32
        static let structure: UInt8 = 64
    }

    /// Bits of one field's difference, beside its kind.
    enum FieldFlag {
        static let live: UInt8 = 64
        static let candidate: UInt8 = 128
    }
}

/// A word at a time, each step reversible, so that no change within eight bytes goes unseen.
package enum BodyChecksum {
    package static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var word: UInt64 = 0
        var filled: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << filled
            filled &+= 8
            guard filled == 64 else { continue }
            hash = Self.mix(hash, word)
            word = 0
            filled = 0
        }
        return Self.mix(hash, word) ^ filled
    }

    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 32)
    }
}
