import ServingCore

extension PairRedactor {
    func redacted(_ tensors: [NamedTensor]) -> [NamedTensor] {
        var redacted = tensors
        for (index, named) in tensors.enumerated() {
            guard let tensor = self.replacement(for: named) else { continue }
            redacted[index].tensor = tensor
        }
        return redacted
    }

    /// Nil when it may stay.
    private func replacement(for named: NamedTensor) -> Tensor? {
        let tensor = named.tensor
        switch self.policy.mode {
        case .full: return nil
        case .hash, .off: return TensorDigest(tensor, self.hash).tensor
        case .redacted: break
        }
        if self.removed.contains(named.name) { return Self.empty(tensor.datatype) }
        switch tensor.datatype {
        case .bytes: return self.redactedElements(tensor)
        case .uint8: return self.redactedText(tensor)
        default: return nil
        }
    }

    private static func empty(_ datatype: DataType) -> Tensor {
        Tensor(datatype: datatype, shape: [0], bytes: TensorBytes(copying: EmptyCollection()))
    }

    /// As many elements as before, each searched for itself.
    private func redactedElements(_ tensor: Tensor) -> Tensor? {
        tensor.bytes.withUnsafeBytes { raw in
            let bytes = raw.assumingMemoryBound(to: UInt8.self)
            var elements = BytesElements(raw)
            var copy: [UInt8]?
            /// Up to where `copy` has the source.
            var done = 0
            while let range = elements.next() {
                guard let text = self.text.redacted(Bytes(rebasing: bytes[range])) else { continue }
                var target = copy ?? []
                target.append(contentsOf: bytes[done..<(range.lowerBound - 4)])
                let length = UInt32(truncatingIfNeeded: text.count)
                withUnsafeBytes(of: length.littleEndian) { target.append(contentsOf: $0) }
                target.append(contentsOf: text)
                copy = target
                done = range.upperBound
            }
            // What no element holds cannot be searched as one.
            guard elements.isAtEnd else { return Self.empty(tensor.datatype) }
            guard var copy else { return nil }
            copy.append(contentsOf: bytes[done...])
            return Tensor(datatype: tensor.datatype, shape: tensor.shape, bytes: TensorBytes(copying: copy))
        }
    }

    /// UINT8 that reads as text: UTF-8 without control characters but white space and NUL (padding). Its length is its
    /// shape, so findings are overwritten with `*`.
    private func redactedText(_ tensor: Tensor) -> Tensor? {
        tensor.bytes.withUnsafeBytes { raw in
            let bytes = raw.assumingMemoryBound(to: UInt8.self)
            guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }),
                UTF8Scalar.isValid(bytes)
            else { return nil }
            let findings = self.text.findings(in: bytes)
            guard !findings.isEmpty else { return nil }
            var copy = Array(bytes)
            for finding in findings {
                for index in finding.range { copy[index] = UInt8(ascii: "*") }
            }
            return Tensor(datatype: tensor.datatype, shape: tensor.shape, bytes: TensorBytes(copying: copy))
        }
    }
}
