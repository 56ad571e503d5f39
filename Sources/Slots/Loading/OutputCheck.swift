package import ServingCore

/// Whether an answer is one a model may give: right datatype and shape, and no NaN or infinity.
package enum OutputCheck {
    /// Nil when `tensor` is fine, else what is wrong, as one sentence naming the output.
    package static func problem(_ tensor: Tensor, as spec: TensorSpec) -> String? {
        guard tensor.datatype == spec.datatype else {
            return "output '\(spec.name)' came as \(tensor.datatype), declared is \(spec.datatype)"
        }
        guard spec.accepts(shape: tensor.shape) else {
            return "output '\(spec.name)' came with shape \(tensor.shape), declared is \(spec.shape)"
        }
        guard let index = Self.firstNonFinite(tensor) else { return nil }
        return "output '\(spec.name)' holds NaN or infinity at element \(index)"
    }

    /// Index of the first NaN or infinity: a floating-point value whose exponent bits are all ones.
    package static func firstNonFinite(_ tensor: Tensor) -> Int? {
        tensor.bytes.withUnsafeBytes { bytes in
            switch tensor.datatype {
            case .fp16: Self.first(in: bytes, UInt16.self, exponent: 0x7C00)
            case .bf16: Self.first(in: bytes, UInt16.self, exponent: 0x7F80)
            case .fp32: Self.first(in: bytes, UInt32.self, exponent: 0x7F80_0000)
            case .fp64: Self.first(in: bytes, UInt64.self, exponent: 0x7FF0_0000_0000_0000)
            default: nil
            }
        }
    }

    private static func first<Bits: FixedWidthInteger & BitwiseCopyable>(
        in bytes: UnsafeRawBufferPointer,
        _: Bits.Type,
        exponent: Bits
    ) -> Int? {
        let width = MemoryLayout<Bits>.size
        for index in 0..<(bytes.count / width) {
            let bits = bytes.loadUnaligned(fromByteOffset: index * width, as: Bits.self)
            if bits & exponent == exponent { return index }
        }
        return nil
    }
}
