internal import ServingCore

/// One output tensor, checked, as the members of a flat JSON list.
struct JSONTensorWriter {
    private let tensor: Tensor
    private let spec: TensorSpec
    private let count: Int

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

    /// Room that `write` may take.
    var longestText: Int {
        switch self.spec.datatype {
        case .bool: self.count * 6
        // Six for each byte at worst; its length prefix covers the quotes and the comma.
        case .bytes: self.tensor.bytes.count * 6
        default: self.count * (JSONNumbers.longestText(of: self.spec.datatype) ?? 0)
        }
    }

    func write(to cursor: inout JSONCursor) throws(InferenceError) {
        try self.tensor.bytes.withUnsafeBytes { (bytes) throws(InferenceError) in
            switch self.spec.datatype {
            case .bool: self.writeBools(bytes, to: &cursor)
            case .bytes: try self.writeStrings(bytes, to: &cursor)
            case .fp16, .bf16:
                throw InferenceError(
                    .unsupported,
                    "output \(quoted(self.spec.name)) is \(self.spec.datatype), which has no JSON form; ask for binary"
                        + " output"
                )
            default:
                guard let base = bytes.baseAddress else { return }
                let notFinite = cursor.putNumbers(base, count: self.count, datatype: self.spec.datatype)
                if let notFinite { throw self.notFinite(notFinite) }
            }
        }
    }

    private func writeBools(_ bytes: UnsafeRawBufferPointer, to cursor: inout JSONCursor) {
        for (index, byte) in bytes.enumerated() {
            if index > 0 { cursor.put(UInt8(ascii: ",")) }
            cursor.put(byte == 0 ? "false" : "true")
        }
    }

    private func writeStrings(_ bytes: UnsafeRawBufferPointer, to cursor: inout JSONCursor) throws(InferenceError) {
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
            if index > 0 { cursor.put(UInt8(ascii: ",")) }
            cursor.putString(text)
            offset += length
        }
        guard offset == bytes.count else { throw self.wrongElements() }
    }

    private func notFinite(_ element: Int) -> InferenceError {
        InferenceError(
            .invalidOutput,
            "output \(quoted(self.spec.name)) holds NaN or infinity at element \(element), which JSON cannot express; ask"
                + " for binary output"
        )
    }

    private func wrongElements() -> InferenceError {
        InferenceError(
            .invalidOutput,
            "output \(quoted(self.spec.name)) holds other than the \(self.count) elements of its shape"
        )
    }
}
