/// One tensor value. `bytes` is row-major and little-endian without padding; for `BYTES` it is, per element, a 4-byte
/// little-endian length followed by that many bytes (the layout of the V2 binary extension).
package struct Tensor: Sendable {
    package let datatype: DataType
    package let shape: [Int64]
    package let bytes: TensorBytes

    /// The caller guarantees that `bytes` holds exactly the elements `shape` asks for.
    package init(datatype: DataType, shape: [Int64], bytes: TensorBytes) {
        self.datatype = datatype
        self.shape = shape
        self.bytes = bytes
    }

    /// Product of the dimensions; 1 for a scalar.
    package var elementCount: Int { Self.elementCount(of: self.shape) ?? 0 }

    /// Product of `shape`; nil when a dimension is negative or the product does not fit an `Int`.
    package static func elementCount(of shape: [Int64]) -> Int? {
        var product = 1
        for dimension in shape {
            guard let dimension = Int(exactly: dimension), dimension >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }
}
