internal import ServingCore

/// One tensor, checked, as JSON: all of it as the members of a flat list, or run by run for a nested one.
struct JSONTensorWriter {
    /// How elements of BYTES are written.
    enum BytesForm {
        /// As strings; an element that is not UTF-8 is an error.
        case text
        /// As strings, and as `{"b64":"..."}` where an element is not UTF-8.
        case textOrBase64
        case base64
    }

    let shape: [Int64]
    /// Elements of the tensor.
    let count: Int
    private let tensor: Tensor
    private let spec: TensorSpec
    private let role: TensorRole
    /// What to do about a value that JSON cannot express.
    private let remedy: StaticString

    /// Throws unless `tensor` is what `spec` declares and holds as many bytes as its shape needs.
    init(
        _ tensor: Tensor,
        spec: TensorSpec,
        role: TensorRole,
        remedy: StaticString
    ) throws(InferenceError) {
        guard tensor.datatype == spec.datatype, spec.accepts(shape: tensor.shape) else {
            throw role.invalid(
                spec.name,
                "came as \(tensor.datatype) \(described(tensor.shape)); \(role.declares)"
                    + " \(spec.datatype) \(described(spec.shape))"
            )
        }
        guard let count = Tensor.elementCount(of: tensor.shape) else {
            throw role.invalid(spec.name, "has an impossible shape")
        }
        if let width = spec.datatype.byteWidth {
            let (size, overflow) = count.multipliedReportingOverflow(by: width)
            guard !overflow, size == tensor.bytes.count else {
                throw role.invalid(
                    spec.name,
                    "holds \(tensor.bytes.count) bytes, which its shape \(described(tensor.shape)) does not fit"
                )
            }
        }
        self.shape = tensor.shape
        self.count = count
        self.tensor = tensor
        self.spec = spec
        self.role = role
        self.remedy = remedy
    }

    /// Room that all elements may take, with a comma each.
    var longestText: Int {
        switch self.spec.datatype {
        case .bool: self.count * 6
        // Six for each byte at worst; its length prefix covers the quotes or `{"b64":""}`, and the comma.
        case .bytes: self.tensor.bytes.count * 6
        default: self.count * (JSONNumbers.longestText(of: self.spec.datatype) ?? 0)
        }
    }

    func write(to cursor: inout JSONCursor) throws(InferenceError) {
        var offset = 0
        try self.writeRun(self.count, from: &offset, form: .text, to: &cursor)
        try self.checkEnd(offset)
    }

    /// Writes the next `count` elements, separated by commas, and moves `offset`, which is in bytes, behind them.
    func writeRun(
        _ count: Int,
        from offset: inout Int,
        form: BytesForm,
        to cursor: inout JSONCursor
    ) throws(InferenceError) {
        try self.tensor.bytes.withUnsafeBytes { (bytes) throws(InferenceError) in
            guard let width = self.spec.datatype.byteWidth else {
                return try self.writeElements(bytes, count, from: &offset, form: form, to: &cursor)
            }
            let end = offset + count * width
            guard end <= bytes.count, let base = bytes.baseAddress else { throw self.wrongElements() }
            switch self.spec.datatype {
            case .bool:
                self.writeBools(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]), to: &cursor)
            case .fp16, .bf16:
                throw InferenceError(
                    .unsupported,
                    "\(self.role.noun) \(quoted(self.spec.name)) is \(self.spec.datatype), which has no JSON form;"
                        + " \(self.remedy)"
                )
            default:
                let notFinite = cursor.putNumbers(base + offset, count: count, datatype: self.spec.datatype)
                if let notFinite { throw self.notFinite(offset / width + notFinite) }
            }
            offset = end
        }
    }

    /// Throws unless `offset` is behind the last element.
    func checkEnd(_ offset: Int) throws(InferenceError) {
        guard offset == self.tensor.bytes.count else { throw self.wrongElements() }
    }

    private func writeBools(_ bytes: UnsafeRawBufferPointer, to cursor: inout JSONCursor) {
        for (index, byte) in bytes.enumerated() {
            if index > 0 { cursor.put(UInt8(ascii: ",")) }
            cursor.put(byte == 0 ? "false" : "true")
        }
    }

    private func writeElements(
        _ bytes: UnsafeRawBufferPointer,
        _ count: Int,
        from offset: inout Int,
        form: BytesForm,
        to cursor: inout JSONCursor
    ) throws(InferenceError) {
        for index in 0..<count {
            guard bytes.count - offset >= 4 else { throw self.wrongElements() }
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            guard length <= bytes.count - offset - 4 else { throw self.wrongElements() }
            let content = UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + length)])
            if index > 0 { cursor.put(UInt8(ascii: ",")) }
            if form != .base64, isUTF8(content) {
                cursor.putString(content)
            } else if form == .text {
                throw self.notText(offset)
            } else {
                cursor.put("{\"b64\":\"")
                Base64.put(content, to: &cursor)
                cursor.put("\"}")
            }
            offset += 4 + length
        }
    }

    private func notText(_ offset: Int) -> InferenceError {
        let element = self.tensor.bytes.withUnsafeBytes { bytes in
            var elements = BytesElements(UnsafeRawBufferPointer(rebasing: bytes[..<offset]))
            var count = 0
            while elements.next() != nil { count += 1 }
            return count
        }
        return self.role.invalid(
            self.spec.name,
            "element \(element) is not UTF-8, so JSON cannot express it; \(self.remedy)"
        )
    }

    private func notFinite(_ element: Int) -> InferenceError {
        self.role.invalid(
            self.spec.name,
            "holds NaN or infinity at element \(element), which JSON cannot express; \(self.remedy)"
        )
    }

    private func wrongElements() -> InferenceError {
        self.role.invalid(self.spec.name, "holds other than the \(self.count) elements of its shape")
    }
}
