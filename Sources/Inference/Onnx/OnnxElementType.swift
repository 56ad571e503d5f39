import COnnxRuntime
import ServingCore

extension DataType {
    /// Nil for the element types V2 has no name for (complex, 4-bit, 8-bit float).
    init?(onnx type: OrtElementType) {
        switch Int(type) {
        case ORT_ELEMENT_FLOAT: self = .fp32
        case ORT_ELEMENT_UINT8: self = .uint8
        case ORT_ELEMENT_INT8: self = .int8
        case ORT_ELEMENT_UINT16: self = .uint16
        case ORT_ELEMENT_INT16: self = .int16
        case ORT_ELEMENT_INT32: self = .int32
        case ORT_ELEMENT_INT64: self = .int64
        case ORT_ELEMENT_STRING: self = .bytes
        case ORT_ELEMENT_BOOL: self = .bool
        case ORT_ELEMENT_FLOAT16: self = .fp16
        case ORT_ELEMENT_DOUBLE: self = .fp64
        case ORT_ELEMENT_UINT32: self = .uint32
        case ORT_ELEMENT_UINT64: self = .uint64
        case ORT_ELEMENT_BFLOAT16: self = .bf16
        default: return nil
        }
    }

    var onnx: OrtElementType {
        let type =
            switch self {
            case .fp32: ORT_ELEMENT_FLOAT
            case .uint8: ORT_ELEMENT_UINT8
            case .int8: ORT_ELEMENT_INT8
            case .uint16: ORT_ELEMENT_UINT16
            case .int16: ORT_ELEMENT_INT16
            case .int32: ORT_ELEMENT_INT32
            case .int64: ORT_ELEMENT_INT64
            case .bytes: ORT_ELEMENT_STRING
            case .bool: ORT_ELEMENT_BOOL
            case .fp16: ORT_ELEMENT_FLOAT16
            case .fp64: ORT_ELEMENT_DOUBLE
            case .uint32: ORT_ELEMENT_UINT32
            case .uint64: ORT_ELEMENT_UINT64
            case .bf16: ORT_ELEMENT_BFLOAT16
            }
        return OrtElementType(type)
    }
}

/// The runtime's name for an element type we cannot serve, for error texts.
func onnxElementTypeName(_ type: OrtElementType) -> String {
    switch type {
    case 14: "complex64"
    case 15: "complex128"
    case 17, 18, 19, 20, 24: "8-bit float"
    case 21, 22: "4-bit integer"
    case 23: "4-bit float"
    default: "number \(type)"
    }
}
