import COnnxRuntime
package import ServingCore

/// ONNX Runtime's library and the one environment all sessions share. Open it once; neither is ever closed, because
/// answers that are still being written may hold memory of the runtime.
package final class OnnxRuntime: Sendable {
    /// The library's own version, e.g. `1.32.0`.
    package let version: String

    /// The minor version of the oldest ONNX Runtime 1.x that will do.
    package static let minimumVersion = Int(ORT_MINIMUM_API_VERSION)

    private let interface: OnnxInterface
    private let environment: OnnxHandle

    /// Loads the library at `path` (a few milliseconds) and starts its environment.
    package init(path: String) throws(OnnxRuntimeError) {
        var library = OrtLibrary()
        var reason = [CChar](repeating: 0, count: 512)
        let outcome = ort_open(path, &library, &reason, reason.count)
        let version = library.version.map { String(cString: $0) } ?? "of unknown version"
        guard outcome == Int32(ORT_OPENED), let api = library.api else {
            switch outcome {
            case Int32(ORT_NOT_LOADED):
                let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                throw .notLoaded(path: path, reason: String(decoding: text, as: UTF8.self))
            case Int32(ORT_TOO_OLD): throw .tooOld(path: path, found: version)
            default: throw .notOnnxRuntime(path: path)
            }
        }

        var environment: OpaquePointer?
        // Whatever the runtime logs as an error it also returns as a status, so its log lines say nothing new.
        let silent: OrtLoggingFunction = { _, _, _, _, _, _ in }
        if let status = api.pointee.CreateEnvWithCustomLogger(
            silent,
            nil,
            OrtLoggingLevel(ORT_LOG_ERROR),
            "teal",
            &environment
        ) {
            throw .notStarted(reason: api.takeMessage(of: status))
        }
        var memory: OpaquePointer?
        if let status = api.pointee.CreateCpuMemoryInfo(
            OrtAllocatorKind(ORT_ALLOCATOR_ARENA),
            OrtMemoryKind(ORT_MEMORY_DEFAULT),
            &memory
        ) {
            throw .notStarted(reason: api.takeMessage(of: status))
        }
        var allocator: OpaquePointer?
        if let status = api.pointee.GetAllocatorWithDefaultOptions(&allocator) {
            throw .notStarted(reason: api.takeMessage(of: status))
        }
        guard let environment, let memory, let allocator else { throw .notStarted(reason: "it gave no environment") }

        self.version = version
        self.environment = OnnxHandle(environment)
        self.interface = OnnxInterface(
            api: api,
            memory: memory,
            allocator: allocator,
            hasShape: library.has_shape,
            shapeReference: library.shape_reference
        )
    }

    /// Makes a model ready to run. Takes milliseconds to minutes and may use much memory: never on an event loop.
    /// The bytes are read only during the call.
    package func load(_ model: TensorBytes, options: EngineOptions) throws(EngineLoadError) -> OnnxEngine {
        try model.withUnsafeBytes { bytes throws(EngineLoadError) in try OnnxPreflight.check(bytes) }

        let api = self.interface.api
        let settings = try self.makeSettings(options)
        defer { api.pointee.ReleaseSessionOptions(settings) }
        let session = try model.withUnsafeBytes { bytes throws(EngineLoadError) -> OpaquePointer in
            guard let start = bytes.baseAddress else { throw EngineLoadError(.notAModel, "the model file is empty") }
            var session: OpaquePointer?
            try api.check(
                api.pointee.CreateSessionFromArray(self.environment.pointer, start, bytes.count, settings, &session)
            )
            guard let session else { throw EngineLoadError(.refused, "ONNX Runtime made no session") }
            return session
        }
        do {
            let signature = try OnnxSignatureReader(interface: self.interface, session: session).read()
            return OnnxEngine(interface: self.interface, session: session, signature: signature)
        } catch {
            api.pointee.ReleaseSession(session)
            throw error
        }
    }

    private func makeSettings(_ options: EngineOptions) throws(EngineLoadError) -> OpaquePointer {
        let api = self.interface.api
        var made: OpaquePointer?
        try api.check(api.pointee.CreateSessionOptions(&made))
        guard let settings = made else { throw EngineLoadError(.refused, "ONNX Runtime made no session options") }
        do {
            let threads = Int32(clamping: max(1, options.intraOpThreads))
            try api.check(api.pointee.SetIntraOpNumThreads(settings, threads))
            try api.check(api.pointee.SetInterOpNumThreads(settings, 1))
            try api.check(
                api.pointee.SetSessionGraphOptimizationLevel(settings, OrtGraphOptimizationLevel(ORT_OPTIMIZE_ALL))
            )
            try api.check(api.pointee.SetSessionLogSeverityLevel(settings, Int32(ORT_LOG_ERROR)))
            try api.check(api.pointee.SetSessionLogId(settings, options.logIdentifier))
            try api.check(
                options.memoryArena ? api.pointee.EnableCpuMemArena(settings) : api.pointee.DisableCpuMemArena(settings)
            )
            try api.check(
                options.memoryPattern ? api.pointee.EnableMemPattern(settings) : api.pointee.DisableMemPattern(settings)
            )
            // The runtime guesses the format from the bytes otherwise, and its own format is not checked before.
            try api.check(api.pointee.AddSessionConfigEntry(settings, "session.load_model_format", "ONNX"))
            // Threads that wait by spinning would take the processor from the event loops.
            try api.check(api.pointee.AddSessionConfigEntry(settings, "session.intra_op.allow_spinning", "0"))
            return settings
        } catch {
            api.pointee.ReleaseSessionOptions(settings)
            throw error
        }
    }
}
