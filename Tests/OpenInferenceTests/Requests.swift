import NIOCore
import OpenInference
import ServingCore

/// Bodies and signatures the tables of this folder are written with.
enum Requests {
    static func signature(_ inputs: TensorSpec...) -> ModelSignature {
        ModelSignature(
            inputs: inputs,
            outputs: [
                TensorSpec(name: "label", datatype: .int64, shape: [-1]),
                TensorSpec(name: "probabilities", datatype: .fp32, shape: [-1, 2]),
            ]
        )
    }

    static let floats = signature(TensorSpec(name: "x", datatype: .fp32, shape: [-1, 4]))

    static func of(_ datatype: DataType, shape: [Int64] = [-1]) -> ModelSignature {
        self.signature(TensorSpec(name: "x", datatype: datatype, shape: shape))
    }

    /// A request with one input `x`; `top` and `more` are further members with their trailing or leading comma.
    static func body(
        data: String? = "[1,2,3,4]",
        shape: String = "[1,4]",
        datatype: String = "FP32",
        more: String = "",
        top: String = ""
    ) -> String {
        let data = data.map { ",\"data\":\($0)" } ?? ""
        return "{\(top)\"inputs\":[{\"name\":\"x\",\"shape\":\(shape),\"datatype\":\"\(datatype)\"\(data)\(more)}]}"
    }

    static func decode(
        _ json: String,
        binary: [UInt8]? = nil,
        _ signature: ModelSignature = floats,
        limits: DecodeLimits = .init()
    ) throws(InferenceError) -> InferRequest {
        var body = ByteBuffer(string: json)
        let length = body.readableBytes
        if let binary { body.writeBytes(binary) }
        return try InferRequestDecoder(limits: limits)
            .decode(body, jsonLength: binary == nil ? nil : length, signature: signature)
    }

    /// The error that decoding ends with; nil if it succeeds.
    static func refusal(
        _ json: String,
        binary: [UInt8]? = nil,
        _ signature: ModelSignature = floats,
        limits: DecodeLimits = .init()
    ) -> InferenceError? {
        do throws(InferenceError) {
            _ = try self.decode(json, binary: binary, signature, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    static func bytes<Value: BitwiseCopyable>(_ values: [Value]) -> [UInt8] {
        values.withUnsafeBytes { Array($0) }
    }

    /// BYTES elements with their length prefixes.
    static func elements(_ values: [[UInt8]]) -> [UInt8] {
        values.flatMap { self.bytes([UInt32($0.count)]) + $0 }
    }
}

extension Tensor {
    var array: [UInt8] { self.bytes.withUnsafeBytes { Array($0) } }

    func values<Value: BitwiseCopyable>(_ type: Value.Type) -> [Value] {
        self.bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Value.self)
            }
        }
    }

    init<Value: BitwiseCopyable>(_ datatype: DataType, _ shape: [Int64], _ values: [Value]) {
        self.init(datatype: datatype, shape: shape, bytes: TensorBytes(copying: Requests.bytes(values)))
    }

    init(_ shape: [Int64], elements: [[UInt8]]) {
        self.init(datatype: .bytes, shape: shape, bytes: TensorBytes(copying: Requests.elements(elements)))
    }
}
