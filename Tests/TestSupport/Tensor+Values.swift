package import ServingCore

extension Tensor {
    /// A tensor of fixed-width elements; `Element` must be as wide as `datatype` and trivial.
    package static func of<Element: BitwiseCopyable>(
        _ datatype: DataType,
        _ values: [Element],
        shape: [Int64]? = nil
    ) -> Tensor {
        precondition(MemoryLayout<Element>.size == datatype.byteWidth)
        return Tensor(
            datatype: datatype,
            shape: shape ?? [Int64(values.count)],
            bytes: values.withUnsafeBytes { TensorBytes(copying: $0) }
        )
    }

    /// A BYTES tensor of one dimension unless `shape` says otherwise.
    package static func texts(_ elements: [[UInt8]], shape: [Int64]? = nil) -> Tensor {
        var bytes: [UInt8] = []
        for element in elements {
            withUnsafeBytes(of: UInt32(element.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: element)
        }
        return Tensor(datatype: .bytes, shape: shape ?? [Int64(elements.count)], bytes: TensorBytes(copying: bytes))
    }

    package static func texts(_ elements: [String], shape: [Int64]? = nil) -> Tensor {
        Self.texts(elements.map { Array($0.utf8) }, shape: shape)
    }

    /// The bytes read as elements of another type.
    package func values<Element: BitwiseCopyable>(as type: Element.Type) -> [Element] {
        self.bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count - MemoryLayout<Element>.size + 1, by: MemoryLayout<Element>.stride).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)
            }
        }
    }

    package var rawBytes: [UInt8] { self.bytes.withUnsafeBytes { Array($0) } }
}
