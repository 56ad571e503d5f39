internal import NIOCore
package import OpenInference
package import ServingCore

/// Decodes arbitrary bytes against a few signatures and says which promises of the decoder do not hold. Shared by the
/// fuzz targets and by the tests that replay their corpus.
package final class InferOracle {
    /// Each output mirrors an input, so that whatever was decoded can be encoded again.
    package static let signatures: [ModelSignature] = [
        echo([TensorSpec(name: "x", datatype: .fp32, shape: [-1, 4])]),
        echo([TensorSpec(name: "text", datatype: .bytes, shape: [-1, 1])]),
        echo([
            TensorSpec(name: "a", datatype: .int32, shape: [2]),
            TensorSpec(name: "b", datatype: .bool, shape: [-1]),
            TensorSpec(name: "c", datatype: .uint64, shape: [-1, 2, 2]),
        ]),
        echo([TensorSpec(name: "x", datatype: .fp64, shape: [-1, -1])]),
        echo([TensorSpec(name: "h", datatype: .fp16, shape: [])]),
    ]

    private let decoder: InferRequestDecoder

    package init() {
        var limits = DecodeLimits()
        limits.maxElements = 1 << 16
        limits.maxElementBytes = 1 << 12
        limits.maxJSONBytes = 1 << 20
        limits.retainedJSONBytes = 1 << 16
        self.decoder = InferRequestDecoder(limits: limits)
    }

    /// The whole of `bytes` as JSON. Returns what is wrong with the decoder; a refusal is right.
    package func checkJSON(_ bytes: UnsafeRawBufferPointer) -> [String] {
        self.check(ByteBuffer(bytes: bytes), jsonLength: nil)
    }

    /// The first two bytes are the length of the JSON, the rest is the body.
    package func checkBinary(_ bytes: UnsafeRawBufferPointer) -> [String] {
        guard bytes.count >= 2 else { return [] }
        let jsonLength = Int(UInt16(littleEndian: bytes.loadUnaligned(as: UInt16.self)))
        return self.check(ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: bytes[2...])), jsonLength: jsonLength)
    }

    /// Whether any of the signatures accepts `bytes` as a JSON request.
    package func decodes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let body = ByteBuffer(bytes: bytes)
        return Self.signatures.contains {
            (try? self.decoder.decode(body, jsonLength: nil, signature: $0)) != nil
        }
    }

    private func check(_ body: ByteBuffer, jsonLength: Int?) -> [String] {
        var wrong: [String] = []
        for signature in Self.signatures {
            do throws(InferenceError) {
                let request = try self.decoder.decode(body, jsonLength: jsonLength, signature: signature)
                wrong += Self.violations(request, signature)
                var answer = ByteBuffer()
                let encoder = InferResponseEncoder(model: "m", version: "1", signature: signature)
                _ = try encoder.encode(
                    request,
                    outputs: request.outputs.map { request.inputs[$0.index] },
                    into: &answer
                )
            } catch {
                if error.message.isEmpty { wrong.append("an error without a message") }
                if error.code == .internal { wrong.append("an internal error: \(error.message)") }
            }
        }
        return wrong
    }

    /// What in `request` contradicts `signature`.
    package static func violations(_ request: InferRequest, _ signature: ModelSignature) -> [String] {
        var wrong: [String] = []
        if request.inputs.count != signature.inputs.count { wrong.append("number of inputs") }
        for (tensor, spec) in zip(request.inputs, signature.inputs) {
            if tensor.datatype != spec.datatype { wrong.append("datatype of \(spec.name)") }
            if !spec.accepts(shape: tensor.shape) { wrong.append("shape of \(spec.name)") }
            guard let count = Tensor.elementCount(of: tensor.shape) else {
                wrong.append("impossible shape of \(spec.name)")
                continue
            }
            wrong += tensor.bytes.withUnsafeBytes { self.violations($0, spec, count) }
        }
        let chosen = Set(request.outputs.map(\.index))
        if chosen.count != request.outputs.count { wrong.append("an output twice") }
        if !chosen.isSubset(of: signature.outputs.indices) { wrong.append("an output that is none") }
        if request.selectsAllOutputs, request.outputs.map(\.index) != Array(signature.outputs.indices) {
            wrong.append("not all outputs")
        }
        return wrong
    }

    private static func violations(_ bytes: UnsafeRawBufferPointer, _ spec: TensorSpec, _ count: Int) -> [String] {
        if let width = spec.datatype.byteWidth {
            guard bytes.count == count * width else { return ["size of \(spec.name)"] }
            return spec.datatype == .bool && bytes.contains { $0 > 1 } ? ["a BOOL that is neither 0 nor 1"] : []
        }
        var offset = 0
        for _ in 0..<count {
            guard offset + 4 <= bytes.count else { return ["too few elements of \(spec.name)"] }
            offset += 4 + Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        return offset == bytes.count ? [] : ["length prefixes of \(spec.name)"]
    }

    private static func echo(_ specs: [TensorSpec]) -> ModelSignature {
        ModelSignature(inputs: specs, outputs: specs)
    }
}
