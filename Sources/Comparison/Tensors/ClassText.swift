import ServingCore

/// How a class is called in confusion tables.
enum ClassText {
    /// Longest name, in bytes of the answer.
    static let limit = 64

    /// `3`, `true`, `0.5`, or the text itself, cut and with what is not UTF-8 repaired. Nil unless `tensor` has exactly one
    /// element.
    static func of(_ tensor: Tensor) -> String? {
        guard tensor.elementCount == 1 else { return nil }
        return tensor.bytes.withUnsafeBytes { bytes in
            switch tensor.datatype {
            case .int64 where bytes.count == 8: return String(bytes.loadUnaligned(as: Int64.self))
            case .uint64 where bytes.count == 8: return String(bytes.loadUnaligned(as: UInt64.self))
            case .bool: return bytes.first.map { $0 == 0 ? "false" : "true" }
            case .bytes:
                var elements = BytesElements(bytes)
                guard let range = elements.next() else { return nil }
                return String(
                    decoding: UnsafeRawBufferPointer(rebasing: bytes[range].prefix(Self.limit)),
                    as: UTF8.self
                )
            default: return Self.number(tensor)
            }
        }
    }

    private static func number(_ tensor: Tensor) -> String? {
        var value: [Double] = []
        TensorValues(tensor)?.read(0..<1, into: &value)
        return value.first.map { value in Int64(exactly: value).map(String.init) ?? "\(value)" }
    }
}
