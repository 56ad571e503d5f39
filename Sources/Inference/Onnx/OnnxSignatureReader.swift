import COnnxRuntime
import ServingCore

/// Asks a session what it takes and gives, and refuses what cannot be sent over the wire.
struct OnnxSignatureReader {
    private enum Side: String {
        case input, output
    }

    let interface: OnnxInterface
    let session: OpaquePointer

    private var api: UnsafePointer<OrtApi> { self.interface.api }

    func read() throws(EngineLoadError) -> ModelSignature {
        var inputCount = 0
        var outputCount = 0
        try self.api.check(self.api.pointee.SessionGetInputCount(self.session, &inputCount))
        try self.api.check(self.api.pointee.SessionGetOutputCount(self.session, &outputCount))
        guard outputCount > 0 else { throw EngineLoadError(.refused, "the model has no outputs") }
        var inputs: [TensorSpec] = []
        for index in 0..<inputCount { inputs.append(try self.spec(.input, index)) }
        var outputs: [TensorSpec] = []
        for index in 0..<outputCount { outputs.append(try self.spec(.output, index)) }
        return ModelSignature(inputs: inputs, outputs: outputs)
    }

    private func spec(_ side: Side, _ index: Int) throws(EngineLoadError) -> TensorSpec {
        let name = try self.name(side, index)
        let place = "\(side) `\(name)`"

        var made: OpaquePointer?
        switch side {
        case .input: try self.api.check(self.api.pointee.SessionGetInputTypeInfo(self.session, index, &made))
        case .output: try self.api.check(self.api.pointee.SessionGetOutputTypeInfo(self.session, index, &made))
        }
        guard let type = made else { throw EngineLoadError(.refused, "\(place) has no type") }
        defer { self.api.pointee.ReleaseTypeInfo(type) }

        var kind = OrtValueKind(0)
        try self.api.check(self.api.pointee.GetOnnxTypeFromTypeInfo(type, &kind))
        guard kind == OrtValueKind(ORT_KIND_TENSOR) else { throw Self.notATensor(place, kind: kind) }

        var cast: OpaquePointer?
        try self.api.check(self.api.pointee.CastTypeInfoToTensorInfo(type, &cast))
        guard let info = cast else { throw EngineLoadError(.refused, "\(place) has no tensor type") }
        var element = OrtElementType(0)
        try self.api.check(self.api.pointee.GetTensorElementType(info, &element))
        guard let datatype = DataType(onnx: element) else {
            throw EngineLoadError(
                .unsupportedType,
                "\(place) has element type \(onnxElementTypeName(element)), which no V2 datatype can carry; "
                    + "cast it inside the model, e.g. to float"
            )
        }

        // Outputs without a shape are common and harmless; an input of any rank could not be checked or batched.
        if side == .input, let hasShape = self.interface.hasShape, !hasShape(info) {
            throw EngineLoadError(
                .unsupportedType,
                "\(place) declares no shape; export the model with the number of dimensions fixed (each may be dynamic)"
            )
        }
        var rank = 0
        try self.api.check(self.api.pointee.GetDimensionsCount(info, &rank))
        var shape = [Int64](repeating: 0, count: rank)
        try self.api.check(self.api.pointee.GetDimensions(info, &shape, rank))
        return TensorSpec(name: name, datatype: datatype, shape: shape.map { max(-1, $0) })
    }

    private func name(_ side: Side, _ index: Int) throws(EngineLoadError) -> String {
        var text: UnsafeMutablePointer<CChar>?
        let allocator = self.interface.allocator
        switch side {
        case .input: try self.api.check(self.api.pointee.SessionGetInputName(self.session, index, allocator, &text))
        case .output: try self.api.check(self.api.pointee.SessionGetOutputName(self.session, index, allocator, &text))
        }
        guard let text else { throw EngineLoadError(.refused, "\(side) \(index) has no name") }
        let name = String(cString: text)
        try self.api.check(self.api.pointee.AllocatorFree(allocator, text))
        return name
    }

    private static func notATensor(_ place: String, kind: OrtValueKind) -> EngineLoadError {
        let (what, advice) =
            switch Int(kind) {
            case ORT_KIND_SEQUENCE, ORT_KIND_MAP:
                (
                    kind == OrtValueKind(ORT_KIND_MAP) ? "a map" : "a sequence",
                    "for a scikit-learn classifier convert again with `options={\"zipmap\": False}`"
                )
            default: ("not a dense tensor", "export the model with plain tensors")
            }
        return EngineLoadError(.unsupportedType, "\(place) is \(what), which no V2 tensor can carry; \(advice)")
    }
}
