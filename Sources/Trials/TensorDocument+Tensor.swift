import Capture
import ServingCore

extension PairDocument.TensorDocument {
    private static let limit = 256

    init(_ kept: KeptTensor) {
        self.init(
            name: kept.name,
            datatype: "\(kept.datatype)",
            shape: kept.shape.map { Int(clamping: $0) },
            elements: kept.tensor.map { Self.elements($0) } ?? [],
            count: Tensor.elementCount(of: kept.shape) ?? 0
        )
        self.hash = kept.hash
    }

    private static func elements(_ tensor: Tensor) -> [PairDocument.Element] {
        tensor.bytes.withUnsafeBytes { bytes in
            guard let width = tensor.datatype.byteWidth else { return Self.texts(bytes) }
            return (0..<min(Self.limit, bytes.count / width)).map { index in
                Self.element(bytes, index * width, tensor.datatype)
            }
        }
    }

    private static func element(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: Int,
        _ datatype: DataType
    ) -> PairDocument.Element {
        func load<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
            bytes.loadUnaligned(fromByteOffset: offset, as: type)
        }
        switch datatype {
        case .bool: return .boolean(load(UInt8.self) != 0)
        case .uint8: return .integer(Int64(load(UInt8.self)))
        case .uint16: return .integer(Int64(load(UInt16.self)))
        case .uint32: return .integer(Int64(load(UInt32.self)))
        case .uint64: return .unsigned(load(UInt64.self))
        case .int8: return .integer(Int64(load(Int8.self)))
        case .int16: return .integer(Int64(load(Int16.self)))
        case .int32: return .integer(Int64(load(Int32.self)))
        case .int64: return .integer(load(Int64.self))
        case .fp16: return Self.number(Float(Double(halfPrecision: load(UInt16.self))))
        case .bf16: return Self.number(Float(bitPattern: UInt32(load(UInt16.self)) << 16))
        case .fp32: return Self.number(load(Float.self))
        case .fp64: return Self.number(load(Double.self))
        case .bytes: return .text("")
        }
    }

    /// The shortest decimal that gives the value back in its own width, as V2 JSON writes it.
    private static func number<Value: BinaryFloatingPoint & LosslessStringConvertible>(
        _ value: Value
    ) -> PairDocument.Element {
        guard value.isFinite else { return .text(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity") }
        return .number(Double("\(value)") ?? Double(value))
    }

    private static func texts(_ bytes: UnsafeRawBufferPointer) -> [PairDocument.Element] {
        var texts: [PairDocument.Element] = []
        var elements = BytesElements(bytes)
        while texts.count < Self.limit, let range = elements.next() {
            let content = bytes[range]
            texts.append(
                .text(String(validating: content, as: UTF8.self) ?? "base64:" + Base64.text(of: Array(content)))
            )
        }
        return texts
    }
}
