package import ServingCore

/// One tensor of a stored pair.
package struct KeptTensor: Sendable {
    package enum Content: Sendable {
        /// As they were, after the rules.
        case bytes(TensorBytes)
        /// 16 bytes, keyed; mode `hash`.
        case hash([UInt8])
        /// A rule removed this tensor whole; its shape is gone too.
        case removed
    }

    package let name: String
    package let datatype: DataType
    package let shape: [Int64]
    package let content: Content

    package init(name: String, datatype: DataType, shape: [Int64], content: Content) {
        self.name = name
        self.datatype = datatype
        self.shape = shape
        self.content = content
    }

    package init(_ named: NamedTensor) {
        self.init(
            name: named.name,
            datatype: named.tensor.datatype,
            shape: named.tensor.shape,
            content: .bytes(named.tensor.bytes)
        )
    }

    /// Nil unless the content was kept.
    package var tensor: Tensor? {
        guard case .bytes(let bytes) = self.content else { return nil }
        return Tensor(datatype: self.datatype, shape: self.shape, bytes: bytes)
    }

    /// Lower-case hex; nil unless a hash was kept.
    package var hash: String? {
        guard case .hash(let bytes) = self.content else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension KeptTensor: Equatable {
    package static func == (one: KeptTensor, other: KeptTensor) -> Bool {
        guard one.name == other.name, one.datatype == other.datatype, one.shape == other.shape else { return false }
        switch (one.content, other.content) {
        case (.bytes(let one), .bytes(let other)): return one.isSame(as: other)
        case (.hash(let one), .hash(let other)): return one == other
        case (.removed, .removed): return true
        default: return false
        }
    }
}

extension TensorBytes {
    func isSame(as other: TensorBytes) -> Bool {
        guard self.count == other.count else { return false }
        return self.withUnsafeBytes { one in other.withUnsafeBytes { one.elementsEqual($0) } }
    }
}
