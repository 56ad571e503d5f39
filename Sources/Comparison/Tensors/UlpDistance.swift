import ServingCore

/// Distance in units in the last place: how many floating-point numbers of the datatype lie between two.
enum UlpDistance {
    /// The largest of all elements; NaN on one side only counts as the largest finite distance. Nil when the
    /// datatypes or byte counts differ, or the datatype is no floating-point one.
    static func largest(_ live: Tensor, _ candidate: Tensor) -> Double? {
        guard live.datatype == candidate.datatype, live.bytes.count == candidate.bytes.count else { return nil }
        return live.bytes.withUnsafeBytes { live in
            candidate.bytes.withUnsafeBytes { other in
                switch candidate.datatype {
                case .fp16: Self.largest(live, other, infinity: 0x7C00 as UInt16)
                case .bf16: Self.largest(live, other, infinity: 0x7F80 as UInt16)
                case .fp32: Self.largest(live, other, infinity: 0x7F80_0000 as UInt32)
                case .fp64: Self.largest(live, other, infinity: 0x7FF0_0000_0000_0000 as UInt64)
                default: nil
                }
            }
        }
    }

    /// - Parameter infinity: the bits of positive infinity; larger magnitudes are NaN.
    private static func largest<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ live: UnsafeRawBufferPointer,
        _ candidate: UnsafeRawBufferPointer,
        infinity: Bits
    ) -> Double {
        let width = MemoryLayout<Bits>.size
        let sign = Bits(1) << Bits(Bits.bitWidth - 1)
        var largest: Bits = 0
        for offset in stride(from: 0, to: live.count / width * width, by: width) {
            let left = Bits(littleEndian: live.loadUnaligned(fromByteOffset: offset, as: Bits.self))
            let right = Bits(littleEndian: candidate.loadUnaligned(fromByteOffset: offset, as: Bits.self))
            if left == right { continue }
            let (magnitude, otherMagnitude) = (left & ~sign, right & ~sign)
            switch (magnitude > infinity, otherMagnitude > infinity) {
            case (true, true): continue
            case (true, false), (false, true): largest = max(largest, infinity)
            case (false, false):
                // Numbers of one sign are ordered like their bits. The sum cannot overflow: both are below the sign bit.
                let same = left & sign == right & sign
                let distance =
                    same
                    ? max(magnitude, otherMagnitude) - min(magnitude, otherMagnitude)
                    : magnitude + otherMagnitude
                largest = max(largest, distance)
            }
        }
        return Double(largest)
    }
}
