import COnnxRuntime
import ServingCore

/// Owns one value of the runtime, and so the memory a tensor points into. Needs neither the session nor the
/// environment to be alive: the value keeps its allocator.
///
/// `@unchecked Sendable`: never changed after `init`, and releasing is allowed on any thread.
final class OnnxValue: @unchecked Sendable {
    let api: UnsafePointer<OrtApi>
    let value: OpaquePointer

    init(api: UnsafePointer<OrtApi>, value: OpaquePointer) {
        self.api = api
        self.value = value
    }

    deinit { self.api.pointee.ReleaseValue(self.value) }
}

extension OnnxInterface {
    /// A value over the tensor's own memory, or over a copy appended to `copies`; both must outlive the run. Also
    /// returns that memory (empty for `BYTES`).
    func makeInput(
        _ tensor: Tensor,
        copies: inout [TensorBytes],
        name: () -> String
    ) throws(InferenceError) -> (value: OpaquePointer, memory: UnsafeRawBufferPointer) {
        guard let count = Tensor.elementCount(of: tensor.shape) else {
            throw InferenceError(.invalidRequest, "input `\(name())` has a shape that is negative or too large")
        }
        guard let width = tensor.datatype.byteWidth else {
            let value = try self.makeStrings(tensor, count: count, name: name)
            return (value, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let (size, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, size == tensor.bytes.count else {
            throw InferenceError(
                .invalidRequest,
                "input `\(name())` has \(tensor.bytes.count) bytes, which is not what its shape asks for"
            )
        }
        var bytes = tensor.bytes
        if tensor.datatype == .bool, bytes.withUnsafeBytes({ $0.contains { $0 > 1 } }) {
            throw InferenceError(.invalidRequest, "input `\(name())` is BOOL and holds a byte other than 0 and 1")
        }
        if !bytes.isAligned(to: width) {
            bytes = bytes.withUnsafeBytes { TensorBytes(copying: $0) }
            copies.append(bytes)
        }
        let memory = bytes.withUnsafeBytes { $0 }
        var value: OpaquePointer?
        let status = tensor.shape.withUnsafeBufferPointer { shape in
            self.api.pointee.CreateTensorWithDataAsOrtValue(
                self.memory,
                UnsafeMutableRawPointer(mutating: memory.baseAddress),
                memory.count,
                shape.baseAddress,
                shape.count,
                tensor.datatype.onnx,
                &value
            )
        }
        try self.api.checkRun(status)
        guard let value else { throw InferenceError(.modelFailed, "ONNX Runtime made no tensor") }
        return (value, memory)
    }

    /// Fills the runtime's strings by length, so bytes of any value (0 too) survive.
    private func makeStrings(
        _ tensor: Tensor,
        count: Int,
        name: () -> String
    ) throws(InferenceError) -> OpaquePointer {
        // Checked before the runtime allocates `count` strings: each takes at least its length's four bytes.
        guard BytesElements.count(in: tensor.bytes) == count else {
            throw InferenceError(
                .invalidRequest,
                "input `\(name())` does not hold the \(count) elements its shape asks for"
            )
        }
        var made: OpaquePointer?
        let status = tensor.shape.withUnsafeBufferPointer { shape in
            self.api.pointee.CreateTensorAsOrtValue(
                self.allocator,
                shape.baseAddress,
                shape.count,
                tensor.datatype.onnx,
                &made
            )
        }
        try self.api.checkRun(status)
        guard let value = made else { throw InferenceError(.modelFailed, "ONNX Runtime made no tensor") }
        let failure = tensor.bytes.withUnsafeBytes { bytes -> OpaquePointer? in
            var elements = BytesElements(bytes)
            for index in 0..<count {
                guard let element = elements.next() else { break }
                var target: UnsafeMutablePointer<CChar>?
                if let failure = self.api.pointee.GetResizedStringTensorElementBuffer(
                    value,
                    index,
                    element.count,
                    &target
                ) {
                    return failure
                }
                if let target, let source = bytes.baseAddress, !element.isEmpty {
                    let content = source + element.lowerBound
                    UnsafeMutableRawPointer(target).copyMemory(from: content, byteCount: element.count)
                }
            }
            return nil
        }
        if let failure {
            self.api.pointee.ReleaseValue(value)
            try self.api.checkRun(failure)
        }
        return value
    }

    /// The tensor in `owner`, read in place. Copied only for `BYTES`, and where the model hands an input straight
    /// through: then the runtime's value points into the request, which may be gone before the answer is written.
    func readOutput(
        _ owner: OnnxValue,
        mayShareWith inputs: UnsafeBufferPointer<UnsafeRawBufferPointer>
    ) throws(InferenceError) -> Tensor {
        let (element, shape) = try self.typeAndShape(of: owner.value)
        guard let datatype = DataType(onnx: element), let count = Tensor.elementCount(of: shape) else {
            throw InferenceError(.invalidOutput, "the model answered with a type or shape that no V2 tensor can carry")
        }
        guard let width = datatype.byteWidth else {
            return Tensor(datatype: datatype, shape: shape, bytes: try self.readStrings(owner, count: count))
        }
        var start: UnsafeMutableRawPointer?
        try self.api.checkRun(self.api.pointee.GetTensorMutableData(owner.value, &start))
        let (size, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow else { throw InferenceError(.invalidOutput, "the model answered with too large a shape") }
        guard let start, size > 0 else {
            return Tensor(datatype: datatype, shape: shape, bytes: TensorBytes(copying: EmptyCollection()))
        }
        let bytes = TensorBytes(owner: owner, start: start, count: size)
        let shared = inputs.contains { memory in
            guard let base = memory.baseAddress else { return false }
            return UnsafeRawPointer(start) >= base && UnsafeRawPointer(start) < base + memory.count
        }
        return Tensor(
            datatype: datatype,
            shape: shape,
            bytes: shared ? bytes.withUnsafeBytes { TensorBytes(copying: $0) } : bytes
        )
    }

    private func typeAndShape(of value: OpaquePointer) throws(InferenceError) -> (OrtElementType, [Int64]) {
        var element = OrtElementType(0)
        if let shapeReference = self.shapeReference {
            var start: UnsafePointer<Int64>?
            var rank = 0
            try self.api.checkRun(shapeReference(value, &element, &start, &rank))
            return (element, Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : rank)))
        }
        var made: OpaquePointer?
        try self.api.checkRun(self.api.pointee.GetTensorTypeAndShape(value, &made))
        guard let info = made else { throw InferenceError(.modelFailed, "ONNX Runtime gave no shape") }
        defer { self.api.pointee.ReleaseTensorTypeAndShapeInfo(info) }
        var rank = 0
        try self.api.checkRun(self.api.pointee.GetTensorElementType(info, &element))
        try self.api.checkRun(self.api.pointee.GetDimensionsCount(info, &rank))
        var shape = [Int64](repeating: 0, count: rank)
        try self.api.checkRun(self.api.pointee.GetDimensions(info, &shape, rank))
        return (element, shape)
    }

    /// Turns the runtime's strings into length-prefixed elements, in one allocation for the answer.
    private func readStrings(_ owner: OnnxValue, count: Int) throws(InferenceError) -> TensorBytes {
        guard count > 0 else { return TensorBytes(copying: EmptyCollection()) }
        var textSize = 0
        try self.api.checkRun(self.api.pointee.GetStringTensorDataLength(owner.value, &textSize))
        let prefixes = count * 4
        return try withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { offsets throws(InferenceError) in
            offsets.initialize(repeating: 0)
            return try TensorBytes(count: prefixes + textSize) { target throws(InferenceError) in
                guard let start = target.baseAddress else { return }
                // The text goes to the end first; moving it forward element by element never overtakes it.
                let text = start + prefixes
                try self.api.checkRun(
                    self.api.pointee.GetStringTensorContent(owner.value, text, textSize, offsets.baseAddress, count)
                )
                var position = 0
                for index in 0..<count {
                    let from = offsets[index]
                    let size = (index + 1 < count ? offsets[index + 1] : textSize) - from
                    guard let length = UInt32(exactly: size) else {
                        throw InferenceError(.invalidOutput, "the model answered with a text of more than 4 GB")
                    }
                    start.storeBytes(of: length.littleEndian, toByteOffset: position, as: UInt32.self)
                    (start + position + 4).copyMemory(from: text + from, byteCount: size)
                    position += 4 + size
                }
            }
        }
    }
}
