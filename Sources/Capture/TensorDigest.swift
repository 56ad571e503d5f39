import ServingCore

/// What is known of a tensor whose content is hashed, and its form inside a pair: a UINT8 tensor, so that whoever compares
/// two redacted answers byte for byte still sees whether they were the same.
struct TensorDigest {
    let hash: [UInt8]
    let datatype: DataType
    let shape: [Int64]

    init(_ tensor: Tensor, _ key: KeyedHash) {
        self.hash = key.hash(tensor)
        self.datatype = tensor.datatype
        self.shape = tensor.shape
    }

    /// Hash, datatype, then 8 bytes for each dimension.
    var tensor: Tensor {
        var bytes = self.hash
        bytes.append(self.datatype.rawValue)
        for dimension in self.shape { withUnsafeBytes(of: dimension.littleEndian) { bytes.append(contentsOf: $0) } }
        return Tensor(datatype: .uint8, shape: [Int64(bytes.count)], bytes: TensorBytes(copying: bytes))
    }

    /// Nil when `tensor` is not what `tensor` above made.
    init?(unpacking tensor: Tensor) {
        let bytes = tensor.bytes.withUnsafeBytes { Array($0) }
        let head = KeyedHash.length + 1
        guard tensor.datatype == .uint8, bytes.count >= head, (bytes.count - head).isMultiple(of: 8),
            let datatype = DataType(rawValue: bytes[KeyedHash.length])
        else { return nil }
        self.hash = Array(bytes[..<KeyedHash.length])
        self.datatype = datatype
        self.shape = stride(from: head, to: bytes.count, by: 8).map { start in
            bytes[start..<(start + 8)].reversed().reduce(0) { $0 << 8 | Int64($1) }
        }
    }
}
