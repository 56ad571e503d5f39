import COnnxRuntime
package import ServingCore

/// A model loaded into ONNX Runtime. Freed (which may take milliseconds) when the last reference goes; answers it gave
/// stay valid after that.
///
/// `@unchecked Sendable`: everything is immutable after `init`, and the runtime allows overlapping runs of a session.
package final class OnnxEngine: InferenceEngine, @unchecked Sendable {
    package let signature: ModelSignature

    private let interface: OnnxInterface
    private let session: OpaquePointer
    /// The inputs' names, then the outputs', as the runtime takes them; made once so that a run makes no strings.
    private let names: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let inputCount: Int
    private let outputCount: Int

    init(interface: OnnxInterface, session: OpaquePointer, signature: ModelSignature) {
        self.interface = interface
        self.session = session
        self.signature = signature
        self.inputCount = signature.inputs.count
        self.outputCount = signature.outputs.count
        self.names = .allocate(capacity: self.inputCount + self.outputCount)
        for (index, spec) in (signature.inputs + signature.outputs).enumerated() {
            let text = spec.name.utf8CString
            let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.count)
            _ = copy.initialize(from: text)
            (self.names + index).initialize(to: UnsafePointer(copy.baseAddress))
        }
    }

    deinit {
        self.interface.api.pointee.ReleaseSession(self.session)
        for index in 0..<self.inputCount + self.outputCount { self.names[index]?.deallocate() }
        self.names.deallocate()
    }

    /// Inputs are read where they lie when aligned to their element width, else copied once; `BYTES` are always
    /// copied. Outputs stay in the runtime's memory until the last tensor made from them goes.
    package func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        guard inputs.count == self.inputCount else {
            throw InferenceError(.invalidRequest, "the model takes \(self.inputCount) inputs, not \(inputs.count)")
        }
        let wanted = outputs?.count ?? self.outputCount
        guard let outputs else {
            let names = UnsafePointer(self.names + self.inputCount)
            return try self.run(inputs, names: names, wanted: wanted, cancellation: cancellation)
        }
        guard wanted > 0 else { return [] }
        return try withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: wanted) {
            names throws(InferenceError) in
            for (position, index) in outputs.enumerated() {
                guard index >= 0, index < self.outputCount else {
                    throw InferenceError(.invalidRequest, "the model has no output number \(index)")
                }
                names.initializeElement(at: position, to: self.names[self.inputCount + index])
            }
            guard let start = names.baseAddress else { return [] }
            return try self.run(inputs, names: UnsafePointer(start), wanted: wanted, cancellation: cancellation)
        }
    }

    private func run(
        _ inputs: [Tensor],
        names: UnsafePointer<UnsafePointer<CChar>?>,
        wanted: Int,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        try withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: self.inputCount) {
            ranges throws(InferenceError) in
            ranges.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
            return try self.run(inputs, ranges: ranges, names: names, wanted: wanted, cancellation: cancellation)
        }
    }

    /// - Parameter ranges: one per input, to be filled with the memory the runtime reads it from.
    private func run(
        _ inputs: [Tensor],
        ranges: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>,
        names: UnsafePointer<UnsafePointer<CChar>?>,
        wanted: Int,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        let count = self.inputCount + wanted
        return try withUnsafeTemporaryAllocation(of: OpaquePointer?.self, capacity: count) {
            values throws(InferenceError) in
            values.initialize(repeating: nil)
            defer {
                for value in values where value != nil { self.interface.api.pointee.ReleaseValue(value) }
            }
            guard let start = values.baseAddress else { return [] }
            var copies: [TensorBytes] = []
            for index in inputs.indices {
                let (value, memory) = try self.interface.makeInput(inputs[index], copies: &copies) {
                    self.inputName(index)
                }
                values[index] = value
                ranges[index] = memory
            }
            let results = start + self.inputCount
            try withExtendedLifetime((inputs, copies)) { () throws(InferenceError) in
                try self.call(UnsafePointer(start), names, wanted, results, cancellation)
            }

            var tensors: [Tensor] = []
            tensors.reserveCapacity(wanted)
            for position in 0..<wanted {
                guard let value = results[position] else {
                    throw InferenceError(.modelFailed, "the model left output number \(position) empty")
                }
                // From here on the owner releases the value, whatever happens.
                results[position] = nil
                let owner = OnnxValue(api: self.interface.api, value: value)
                tensors.append(try self.interface.readOutput(owner, mayShareWith: UnsafeBufferPointer(ranges)))
            }
            return tensors
        }
    }

    private func call(
        _ inputs: UnsafePointer<OpaquePointer?>,
        _ names: UnsafePointer<UnsafePointer<CChar>?>,
        _ wanted: Int,
        _ results: UnsafeMutablePointer<OpaquePointer?>,
        _ cancellation: RunCancellation?
    ) throws(InferenceError) {
        let api = self.interface.api
        let inputNames = UnsafePointer(self.names)
        guard let cancellation else {
            try api.checkRun(
                api.pointee.Run(self.session, nil, inputNames, inputs, self.inputCount, names, wanted, results)
            )
            return
        }

        var made: OpaquePointer?
        try api.checkRun(api.pointee.CreateRunOptions(&made))
        guard let made else { throw InferenceError(.modelFailed, "ONNX Runtime made no run options") }
        defer { api.pointee.ReleaseRunOptions(made) }
        let options = OnnxHandle(made)
        let stop = OnnxStop(api: api, options: options)
        guard cancellation.begin(stop: { stop.request() }) else { throw Self.stopped }
        let status = api.pointee.Run(
            self.session,
            made,
            inputNames,
            inputs,
            self.inputCount,
            names,
            wanted,
            results
        )
        cancellation.end()
        guard status == nil || !cancellation.isCancelled else {
            api.pointee.ReleaseStatus(status)
            throw Self.stopped
        }
        try api.checkRun(status)
    }

    private func inputName(_ index: Int) -> String { self.signature.inputs[index].name }

    private static let stopped = InferenceError(.timeout, "the request was stopped before the model had answered")
}

/// Sets the stop flag of one run.
///
/// `@unchecked Sendable`: the runtime allows that one call from any thread while the run goes on.
private struct OnnxStop: @unchecked Sendable {
    let api: UnsafePointer<OrtApi>
    let options: OnnxHandle

    func request() {
        self.api.pointee.ReleaseStatus(self.api.pointee.RunOptionsSetTerminate(self.options.pointer))
    }
}

extension UnsafePointer<OrtApi> {
    func checkRun(_ status: OpaquePointer?) throws(InferenceError) {
        guard let status else { return }
        throw InferenceError(.modelFailed, "the model failed: \(self.takeMessage(of: status))")
    }
}
