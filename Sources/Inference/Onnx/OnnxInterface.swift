import COnnxRuntime

/// What every session and value needs of the opened library. Plain addresses, valid until the process ends, so a copy
/// costs no reference counting.
///
/// `@unchecked Sendable`: the table, the memory description and the default allocator are immutable and documented as
/// usable from any thread.
struct OnnxInterface: @unchecked Sendable {
    let api: UnsafePointer<OrtApi>
    /// Describes ordinary memory; shared by all tensors made from memory of ours.
    let memory: OpaquePointer
    let allocator: OpaquePointer
    let hasShape: (@convention(c) (OpaquePointer) -> Bool)?
    let shapeReference:
        (
            @convention(c) (
                OpaquePointer, UnsafeMutablePointer<OrtElementType>, UnsafeMutablePointer<UnsafePointer<Int64>?>,
                UnsafeMutablePointer<Int>
            ) -> OpaquePointer?
        )?
}

/// An address of the runtime that may cross threads.
///
/// `@unchecked Sendable`: only used for objects the runtime documents as thread-safe (environment, session, and run
/// options for the one call that sets their stop flag).
struct OnnxHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }
}

extension UnsafePointer<OrtApi> {
    /// The status' text without paths and addresses; releases the status.
    func takeMessage(of status: OpaquePointer) -> String {
        defer { self.pointee.ReleaseStatus(status) }
        return RuntimeMessage.readable(String(cString: self.pointee.GetErrorMessage(status)))
    }

    func check(_ status: OpaquePointer?) throws(EngineLoadError) {
        guard let status else { return }
        throw EngineLoadError(.refused, "ONNX Runtime refuses the model: \(self.takeMessage(of: status))")
    }
}
