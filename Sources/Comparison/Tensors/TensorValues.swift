package import ServingCore

/// The numbers of one tensor of any fixed-width datatype, read as doubles a part at a time. Never reads outside the bytes.
/// 64-bit integers beyond 2^53 are rounded.
package struct TensorValues {
    private let tensor: Tensor
    package let count: Int

    /// Nil for BYTES, and when the bytes are not exactly the elements the shape asks for.
    package init?(_ tensor: Tensor) {
        guard let width = tensor.datatype.byteWidth, let count = Tensor.elementCount(of: tensor.shape),
            tensor.bytes.count.isMultiple(of: width), tensor.bytes.count / width == count
        else { return nil }
        self.tensor = tensor
        self.count = count
    }

    /// Makes `target` hold the elements of `range`, which is cut to those there are. Reuses its memory.
    package func read(_ range: Range<Int>, into target: inout [Double]) {
        let range = range.clamped(to: 0..<self.count)
        if target.count > range.count {
            target.removeLast(target.count - range.count)
        } else if target.count < range.count {
            target.append(contentsOf: repeatElement(0, count: range.count - target.count))
        }
        self.tensor.bytes.withUnsafeBytes { bytes in
            switch self.tensor.datatype {
            case .bool: Self.copy(bytes, range, &target) { (bits: UInt8) in bits == 0 ? 0 : 1 }
            case .uint8: Self.copy(bytes, range, &target) { (bits: UInt8) in Double(bits) }
            case .uint16: Self.copy(bytes, range, &target) { (bits: UInt16) in Double(bits) }
            case .uint32: Self.copy(bytes, range, &target) { (bits: UInt32) in Double(bits) }
            case .uint64: Self.copy(bytes, range, &target) { (bits: UInt64) in Double(bits) }
            case .int8: Self.copy(bytes, range, &target) { (bits: Int8) in Double(bits) }
            case .int16: Self.copy(bytes, range, &target) { (bits: Int16) in Double(bits) }
            case .int32: Self.copy(bytes, range, &target) { (bits: Int32) in Double(bits) }
            case .int64: Self.copy(bytes, range, &target) { (bits: Int64) in Double(bits) }
            case .fp16: Self.copy(bytes, range, &target) { (bits: UInt16) in Double(halfPrecision: bits) }
            case .bf16:
                Self.copy(bytes, range, &target) { (bits: UInt16) in Double(Float(bitPattern: UInt32(bits) << 16)) }
            case .fp32: Self.copy(bytes, range, &target) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
            case .fp64: Self.copy(bytes, range, &target) { (bits: UInt64) in Double(bitPattern: bits) }
            case .bytes: break
            }
        }
    }

    @inline(__always)
    private static func copy<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ target: inout [Double],
        _ value: (Bits) -> Double
    ) {
        let width = MemoryLayout<Bits>.size
        target.withUnsafeMutableBufferPointer { target in
            for place in 0..<range.count {
                let offset = (range.lowerBound + place) * width
                target[place] = value(Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)))
            }
        }
    }
}

/// Memory for the values of two tensors that is used again from pair to pair.
struct Workspace: Sendable {
    /// Elements of one part, where a comparator can work in parts.
    static let part = 4_096

    var live: [Double] = []
    var candidate: [Double] = []

    /// Lets go of memory that only an unusually large output needed.
    mutating func trim() {
        if self.live.capacity > 65_536 { self.live = [] }
        if self.candidate.capacity > 65_536 { self.candidate = [] }
    }
}
