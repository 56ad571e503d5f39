import OpenInference
import ServingCore
import TestSupport

/// Random tensors, and what they are compared by.
enum Samples {
    /// Every datatype that JSON can hold.
    static let jsonTypes = DataType.allCases.filter { $0 != .fp16 && $0 != .bf16 }

    /// Finite values and, unless `arbitrary`, UTF-8.
    static func tensor(
        _ datatype: DataType,
        _ shape: [Int64],
        _ random: inout SeededRandom,
        arbitrary: Bool = false
    ) -> Tensor {
        let count = Tensor.elementCount(of: shape) ?? 0
        func some<Value: FixedWidthInteger>(_ type: Value.Type) -> [Value] {
            (0..<count).map { _ in Value(truncatingIfNeeded: random.next() >> (random.next() % 64)) }
        }
        switch datatype {
        case .bool: return Tensor(.bool, shape, (0..<count).map { _ in UInt8(random.next() & 1) })
        case .uint8: return Tensor(.uint8, shape, some(UInt8.self))
        case .uint16: return Tensor(.uint16, shape, some(UInt16.self))
        case .uint32: return Tensor(.uint32, shape, some(UInt32.self))
        case .uint64: return Tensor(.uint64, shape, some(UInt64.self))
        case .int8: return Tensor(.int8, shape, some(Int8.self))
        case .int16: return Tensor(.int16, shape, some(Int16.self))
        case .int32: return Tensor(.int32, shape, some(Int32.self))
        case .int64: return Tensor(.int64, shape, some(Int64.self))
        case .fp16, .bf16: return Tensor(datatype, shape, some(UInt16.self))
        case .fp32:
            let values = some(UInt32.self).map { Float(bitPattern: $0) }
            return Tensor(.fp32, shape, arbitrary ? values : values.map { $0.isFinite ? $0 : 0.5 })
        case .fp64:
            let values = some(UInt64.self).map { Double(bitPattern: $0) }
            return Tensor(.fp64, shape, arbitrary ? values : values.map { $0.isFinite ? $0 : 0.5 })
        case .bytes:
            return Tensor(shape, elements: (0..<count).map { _ in self.text(&random, arbitrary: arbitrary) })
        }
    }

    static func text(_ random: inout SeededRandom, arbitrary: Bool) -> [UInt8] {
        let length = Int(random.next() % 12)
        if arbitrary { return (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
        let scalars = (0..<length).compactMap { _ in
            Unicode.Scalar(UInt32(random.next() % (random.next() & 1 == 0 ? 0x80 : 0x11_0000)))
        }
        return Array(String(String.UnicodeScalarView(scalars)).utf8)
    }

    /// The error that `body` ends with; nil if it succeeds.
    static func refusal<Result>(_ body: () throws(InferenceError) -> Result) -> InferenceError? {
        do throws(InferenceError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }
}

extension Tensor {
    /// Everything that tells two tensors apart.
    var content: TensorContent { TensorContent(datatype: self.datatype, shape: self.shape, bytes: self.array) }
}

struct TensorContent: Equatable {
    var datatype: DataType
    var shape: [Int64]
    var bytes: [UInt8]
}
