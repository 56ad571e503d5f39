import NIOCore
import OpenInference
import ServingCore

/// Answers of servers, decoded.
enum Answers {
    static let signature = ModelSignature(
        inputs: [],
        outputs: [
            TensorSpec(name: "label", datatype: .int64, shape: [-1]),
            TensorSpec(name: "p", datatype: .fp32, shape: [-1, 2]),
        ]
    )

    static func of(_ datatype: DataType, _ shape: [Int64] = [-1]) -> ModelSignature {
        ModelSignature(inputs: [], outputs: [TensorSpec(name: "y", datatype: datatype, shape: shape)])
    }

    /// An answer with the one output `y`.
    static func one(_ datatype: DataType, _ shape: String, data: String) -> String {
        #"{"model_name":"m","outputs":[{"name":"y","datatype":"\#(datatype)","shape":\#(shape),"data":\#(data)}]}"#
    }

    static func decode(
        _ json: String,
        binary: [UInt8]? = nil,
        status: Int = 200,
        _ signature: ModelSignature = Self.signature,
        outputs: [Int]? = nil
    ) throws(InferenceError) -> [Tensor] {
        var body = ByteBuffer(string: json)
        let length = body.readableBytes
        if let binary { body.writeBytes(binary) }
        return try InferResponseDecoder().decode(
            body,
            status: status,
            jsonLength: binary == nil ? nil : length,
            signature: signature,
            outputs: outputs
        )
    }

    static func refusal(
        _ json: String,
        binary: [UInt8]? = nil,
        status: Int = 200,
        _ signature: ModelSignature = Self.signature
    ) -> InferenceError? {
        Samples.refusal { () throws(InferenceError) in
            try self.decode(json, binary: binary, status: status, signature)
        }
    }
}
