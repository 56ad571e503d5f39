internal import NIOCore
internal import ServingCore

/// One output tensor, checked, as the members of a flat JSON list.
struct JSONTensorWriter {
    private let tensor: Tensor
    private let spec: TensorSpec
    private let count: Int

    /// Values formatted between two looks at the buffer's room.
    private static let chunk = 1024

    /// Throws unless `tensor` is what `spec` declares and holds as many bytes as its shape needs.
    init(_ tensor: Tensor, spec: TensorSpec) throws(InferenceError) {
        guard tensor.datatype == spec.datatype, spec.accepts(shape: tensor.shape) else {
            throw InferenceError(
                .invalidOutput,
                "output \(quoted(spec.name)) came as \(tensor.datatype) \(described(tensor.shape)); the model declares"
                    + " \(spec.datatype) \(described(spec.shape))"
            )
        }
        guard let count = Tensor.elementCount(of: tensor.shape) else {
            throw InferenceError(.invalidOutput, "output \(quoted(spec.name)) has an impossible shape")
        }
        if let width = spec.datatype.byteWidth {
            let (size, overflow) = count.multipliedReportingOverflow(by: width)
            guard !overflow, size == tensor.bytes.count else {
                throw InferenceError(
                    .invalidOutput,
                    "output \(quoted(spec.name)) holds \(tensor.bytes.count) bytes, which its shape"
                        + " \(described(tensor.shape)) does not fit"
                )
            }
        }
        self.tensor = tensor
        self.spec = spec
        self.count = count
    }

    func write(into buffer: inout ByteBuffer) throws(InferenceError) {
        try self.tensor.bytes.withUnsafeBytes { (bytes) throws(InferenceError) in
            switch self.spec.datatype {
            case .bool: self.writeBools(bytes, into: &buffer)
            case .bytes: try self.writeStrings(bytes, into: &buffer)
            case .fp16, .bf16:
                throw InferenceError(
                    .unsupported,
                    "output \(quoted(self.spec.name)) is \(self.spec.datatype), which has no JSON form; ask for binary"
                        + " output"
                )
            default: try self.writeNumbers(bytes, into: &buffer)
            }
        }
    }

    private func writeNumbers(
        _ bytes: UnsafeRawBufferPointer,
        into buffer: inout ByteBuffer
    ) throws(InferenceError) {
        guard let longest = JSONNumbers.longestText(of: self.spec.datatype), let width = self.spec.datatype.byteWidth,
            let base = bytes.baseAddress
        else { return }
        var first = 0
        while first < self.count {
            if first > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            let part = min(Self.chunk, self.count - first)
            var notFinite: Int?
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: part * longest) { target in
                guard let out = target.baseAddress else { return 0 }
                let result = JSONNumbers.write(
                    base + first * width,
                    count: part,
                    datatype: self.spec.datatype,
                    to: out.assumingMemoryBound(to: CChar.self)
                )
                notFinite = result.notFinite
                return result.written
            }
            if let notFinite {
                throw InferenceError(
                    .invalidOutput,
                    "output \(quoted(self.spec.name)) holds NaN or infinity at element \(first + notFinite), which JSON"
                        + " cannot express; ask for binary output"
                )
            }
            first += part
        }
    }

    private func writeBools(_ bytes: UnsafeRawBufferPointer, into buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: self.count * 6)
        for (index, byte) in bytes.enumerated() {
            if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            buffer.writeJSON(byte == 0 ? "false" : "true")
        }
    }

    private func writeStrings(
        _ bytes: UnsafeRawBufferPointer,
        into buffer: inout ByteBuffer
    ) throws(InferenceError) {
        var offset = 0
        for index in 0..<self.count {
            guard bytes.count - offset >= 4 else { throw self.wrongElements() }
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            offset += 4
            guard length <= bytes.count - offset else { throw self.wrongElements() }
            let text = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
            guard isUTF8(text) else {
                throw InferenceError(
                    .invalidOutput,
                    "output \(quoted(self.spec.name)) element \(index) is not UTF-8, so JSON cannot express it; ask for"
                        + " binary output"
                )
            }
            if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            buffer.writeJSONString(text)
            offset += length
        }
        guard offset == bytes.count else { throw self.wrongElements() }
    }

    private func wrongElements() -> InferenceError {
        InferenceError(
            .invalidOutput,
            "output \(quoted(self.spec.name)) holds other than the \(self.count) elements of its shape"
        )
    }
}
