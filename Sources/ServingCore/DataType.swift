/// Element type of a tensor, as the Open Inference Protocol V2 names them (`FP32`, `BYTES`, ...).
package enum DataType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case bool, uint8, uint16, uint32, uint64
    case int8, int16, int32, int64
    case fp16, bf16, fp32, fp64
    case bytes

    /// Bytes of one element in row-major little-endian form; nil for `bytes`, whose elements vary in length.
    package var byteWidth: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .fp16, .bf16: 2
        case .uint32, .int32, .fp32: 4
        case .uint64, .int64, .fp64: 8
        case .bytes: nil
        }
    }

    /// True for the types whose values may be NaN or infinite.
    package var isFloatingPoint: Bool {
        switch self {
        case .fp16, .bf16, .fp32, .fp64: true
        default: false
        }
    }

    /// The V2 name, e.g. `FP32`.
    package var name: StaticString {
        switch self {
        case .bool: "BOOL"
        case .uint8: "UINT8"
        case .uint16: "UINT16"
        case .uint32: "UINT32"
        case .uint64: "UINT64"
        case .int8: "INT8"
        case .int16: "INT16"
        case .int32: "INT32"
        case .int64: "INT64"
        case .fp16: "FP16"
        case .bf16: "BF16"
        case .fp32: "FP32"
        case .fp64: "FP64"
        case .bytes: "BYTES"
        }
    }

    package var description: String { "\(self.name)" }
}
