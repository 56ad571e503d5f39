import Glibc
package import Inference
package import NIOPosix
package import Remote
package import ServingCore
import SystemPackage

/// Why a version could not be made ready.
package struct LoadFailure: Error, Sendable, Equatable {
    package enum Code: Sendable {
        case notFound, insufficientMemory, failed
    }

    package let code: Code
    package let reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Why a version may not be taken for the one that was served before; nil when it is the same, or none was (`before`
    /// is empty).
    package static func change(of version: Int, from before: String, to digest: String) -> LoadFailure? {
        guard !before.isEmpty, before != digest else { return nil }
        return LoadFailure(
            .failed,
            "version \(version) now has SHA-256 \(digest), but \(before) was served before; "
                + "versions never change: put the file back, or load it again to accept it"
        )
    }
}

/// Turns a version in a repository into a model that can answer: read, check the digest, admit by memory, build the
/// session, warm up. May fail and changes nothing that is served. Runs on threads of its own with lower priority, so
/// a load never takes processor time the live model wants.
package struct SlotLoader: Sendable {
    /// Builds an engine from a model's bytes and a number of threads per run.
    package typealias MakeEngine = @Sendable (TensorBytes, Int) -> Result<any InferenceEngine, EngineLoadError>
    /// Asks a remote server what it takes, for a version of a model. Blocks until it has answered or is given up, at the
    /// latest when it is cancelled.
    package typealias Connect =
        @Sendable (BackendConfiguration, ModelName, Int, RunCancellation) -> Result<RemoteModel, EngineLoadError>

    private let threads: NIOThreadPool
    private let memory: MemoryAdmission
    private let makeEngine: MakeEngine
    private let connect: Connect
    private let warmUpLimits: WarmUpLimits
    private let running = RunningLoads()

    /// `threads` must be started, and is stopped by the caller after the last model is gone.
    package init(
        threads: NIOThreadPool,
        memory: MemoryAdmission = MemoryAdmission(),
        warmUpLimits: WarmUpLimits = WarmUpLimits(),
        makeEngine: @escaping MakeEngine,
        connect: @escaping Connect
    ) {
        self.connect = connect
        self.warmUpLimits = warmUpLimits
        self.threads = threads
        self.memory = memory
        self.makeEngine = makeEngine
    }

    /// - Parameters:
    ///   - expected: SHA-256 of the version when it was served before; another one is refused before anything is built or
    ///     asked. Empty: any.
    ///   - recorded: V2 requests of live traffic, run in the warm-up beside the declared ones.
    ///   - warming: called on the loading thread when the model is built and its warm-up begins.
    package func load(
        _ model: ModelName,
        version: Int?,
        from repository: ModelRepository,
        expecting expected: String = "",
        recorded: [String] = [],
        warming: @escaping @Sendable () -> Void
    ) async throws(LoadFailure) -> LoadedModel {
        do {
            return try await self.threads.runIfActive {
                Self.lowerPriority()
                return try self.prepare(model, version, repository, expected, recorded, warming)
            }
        } catch let failure as LoadFailure {
            throw failure
        } catch {
            throw Self.shuttingDown
        }
    }

    private static let shuttingDown = LoadFailure(.failed, "the gateway is shutting down")

    /// Ends the warm-ups that run and the questions to servers, and refuses later ones; for when the gateway stops.
    package func stop() {
        self.running.stop()
    }

    private func prepare(
        _ model: ModelName,
        _ version: Int?,
        _ repository: ModelRepository,
        _ expected: String,
        _ recorded: [String],
        _ warming: () -> Void
    ) throws(LoadFailure) -> LoadedModel {
        let (read, files, lines) = try self.read(model, version, repository)
        if let change = LoadFailure.change(of: files.version, from: expected, to: files.digest) { throw change }
        var manifest = read
        let engine: any InferenceEngine
        let executor: ModelExecutor
        var remote: RemoteModel?
        do {
            switch files.content {
            case .model(let bytes): engine = try self.makeEngine(bytes, manifest.threadsPerRun).get()
            case .backend(let configuration):
                // Its time-outs are the server's own.
                let connected = try self.running.within(nil) { cancellation in
                    self.connect(configuration, model, files.version, cancellation)
                }.get()
                engine = connected.engine
                remote = connected
                for name in connected.measurements where manifest.comparison.outputs[name] == nil {
                    manifest.comparison.outputs[name] = ComparisonSettings.Output(comparator: .ignore)
                }
            }
            executor = try ModelExecutor(
                engine: engine,
                name: model.description,
                configuration: remote == nil ? manifest.execution : manifest.execution.forServer
            )
        } catch {
            throw self.running.isStopped ? Self.shuttingDown : LoadFailure(.failed, error.message)
        }
        warming()
        let run = WarmUp(
            executor: executor,
            requestTimeout: .nanoseconds(Int64(clamping: manifest.requestTimeout.nanoseconds)),
            limits: self.warmUpLimits,
            loads: self.running,
            remote: remote
        )
        do {
            var warmUp = try run.run(declared: lines, recorded: recorded)
            let notes = [
                manifest.capture.strangers(to: [engine.signature]), warmUp.note,
                Self.strangers(manifest.comparison, engine.signature), remote?.note,
            ].compactMap(\.self)
            warmUp.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
            return LoadedModel(
                files,
                source: repository.root.string,
                manifest: manifest,
                signature: engine.signature,
                executor: executor,
                warmUp: warmUp,
                remote: remote,
                reaper: ModelReaper(threads: self.threads)
            )
        } catch {
            executor.shutdown()
            throw LoadFailure(.failed, error.reason)
        }
    }

    private func read(
        _ model: ModelName,
        _ version: Int?,
        _ repository: ModelRepository
    ) throws(LoadFailure) -> (ModelManifest, ModelVersion, [String]) {
        let refusal: String
        do throws(RepositoryError) {
            let manifest = try repository.manifest(of: model)
            let highest = try repository.versions(of: model).last
            guard let version = version ?? highest else {
                throw RepositoryError(
                    .notFound,
                    "model '\(model)' has no versions: expected a folder such as \(model)/1"
                )
            }
            // Before the file is read: one larger than the memory must not take the process down.
            let size = try repository.modelBytes(of: model, version: version)
            guard let reason = self.memory.refusal(modelBytes: size) else {
                let files = try repository.read(model, version: version)
                return (manifest, files, try repository.warmupLines(of: model, manifest))
            }
            refusal = reason
        } catch {
            throw LoadFailure(error.code == .notFound ? .notFound : .failed, error.description)
        }
        throw LoadFailure(.insufficientMemory, refusal)
    }

    /// A sentence when the manifest says how to compare outputs that the version lacks. No reason to refuse it: the other
    /// version may have them.
    private static func strangers(_ comparison: ComparisonSettings, _ signature: ModelSignature) -> String? {
        let names = signature.outputs.map(\.name)
        let strangers = comparison.outputs.keys.filter { !names.contains($0) }.sorted()
        guard !strangers.isEmpty else { return nil }
        let list = strangers.joined(separator: ", ")
        return "model.yaml says how to compare \(list), which is no output of this version; "
            + "its outputs are \(names.joined(separator: ", "))"
    }

    /// Ten nice levels down for the calling thread (on Linux priority belongs to threads). Threads the runtime starts
    /// for runs on several cores inherit it; that is the price of never disturbing live traffic while loading.
    private static func lowerPriority() {
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    }
}
