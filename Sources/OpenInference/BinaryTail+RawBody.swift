internal import ServingCore

extension BinaryTail {
    /// The whole body as the only input of the model.
    func rawRequest(_ signature: ModelSignature) throws(InferenceError) -> InferRequest {
        guard let spec = signature.inputs.first, signature.inputs.count == 1 else {
            throw InferenceError(
                .invalidRequest,
                "a raw body works only for a model with one input; this one takes \(listed(signature.inputs))"
            )
        }
        let outputs = signature.outputs.indices.map { RequestedOutput(index: $0, binary: true) }
        guard let width = spec.datatype.byteWidth else {
            return InferRequest(inputs: [try self.rawElement(spec)], outputs: outputs)
        }
        let shape = try self.rawShape(spec, width: width)
        var tail = self
        guard let count = Tensor.elementCount(of: shape), count <= self.limits.maxElements else {
            throw InferenceError(
                .tooLarge,
                "the body holds more than \(self.limits.maxElements) elements, the most that is accepted"
            )
        }
        let bytes = try tail.claim(self.bytes.count, for: spec, count: count)
        return InferRequest(
            inputs: [Tensor(datatype: spec.datatype, shape: shape, bytes: bytes)],
            outputs: outputs
        )
    }

    private func rawElement(_ spec: TensorSpec) throws(InferenceError) -> Tensor {
        guard (1...2).contains(spec.shape.count), spec.shape.allSatisfy({ $0 == -1 || $0 == 1 }) else {
            throw InferenceError(
                .invalidRequest,
                "a raw body is one BYTES element, but input \(quoted(spec.name)) has shape \(described(spec.shape))"
            )
        }
        try self.limits.checkElement(self.bytes.count, index: 0, of: spec, role: .input)
        guard let length = UInt32(exactly: self.bytes.count) else {
            throw InferenceError(.tooLarge, "a BYTES element is shorter than 4 GiB")
        }
        let body = self.bytes
        let bytes = TensorBytes(count: body.count + 4) { target in
            target.storeBytes(of: length.littleEndian, as: UInt32.self)
            UnsafeMutableRawBufferPointer(rebasing: target[4...]).copyMemory(from: body)
        }
        return Tensor(datatype: .bytes, shape: [Int64](repeating: 1, count: spec.shape.count), bytes: bytes)
    }

    /// The shape that the body's size implies: one dimension may vary, besides a leading batch of 1.
    private func rawShape(_ spec: TensorSpec, width: Int) throws(InferenceError) -> [Int64] {
        var shape = spec.shape
        var variable = shape.indices.filter { shape[$0] < 0 }
        if variable.count == 2, variable[0] == 0 {
            shape[0] = 1
            variable.removeFirst()
        }
        guard variable.count <= 1 else {
            throw InferenceError(
                .invalidRequest,
                "a raw body does not say its shape, and input \(quoted(spec.name)) varies in more than one dimension:"
                    + " \(described(spec.shape)); send an infer request with a shape"
            )
        }
        guard let index = variable.first else { return shape }
        shape[index] = Int64(width)
        guard let unit = Tensor.elementCount(of: shape), unit > 0, self.bytes.count > 0,
            self.bytes.count.isMultiple(of: unit)
        else {
            throw InferenceError(
                .invalidRequest,
                "the body is \(self.bytes.count) bytes long, which is no whole number of \(spec.datatype) elements for"
                    + " shape \(described(spec.shape))"
            )
        }
        shape[index] = Int64(self.bytes.count / unit)
        return shape
    }
}
