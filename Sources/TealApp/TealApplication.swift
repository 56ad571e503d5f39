import Admin
package import Cutover
import Gateway
import Glibc
import Inference
import Logging
import NIOCore
import NIOPosix
package import Promotion
import Remote
import Routing
package import SemanticSearch
import ServiceLifecycle
package import ServingCore
import Shadow
import Slots
import Storage
import SystemPackage
package import Telemetry
package import Trials
package import UnixSignals

/// One gateway process: data plane, control plane and everything between, wired from a configuration.
package struct TealApplication: Sendable {
    /// What the application tells whoever started it, in this order.
    package enum Event: Sendable, Equatable {
        case inferenceListening(host: String, port: Int)
        case adminListening(host: String, port: Int)
        /// Every model's live slot answers.
        case ready
        /// Serving what could be loaded; the reasons say what could not.
        case degraded([String])
    }

    package let control: SlotManager
    package let httpPort: Int
    private let configuration: TealConfiguration
    private let logger: Logger
    private let runtimeVersion: String
    private let store: ReopenableControlStore
    private let dataLoops: MultiThreadedEventLoopGroup
    private let adminLoop: MultiThreadedEventLoopGroup
    /// Of requests to remote servers that nobody waits for on the data plane.
    private let remoteLoop: MultiThreadedEventLoopGroup
    private let loadingThreads: NIOThreadPool
    private let gateway: GatewayServer
    private let lock: DataFolderLock
    private let parts: TrialParts
    private let gateParts: GateParts
    private let engine: Result<SearchEngine, SearchUnavailable>
    private let words: ReopenableWordIndex?
    /// The place of the gateway that runs, until it is confirmed.
    private let takeover: Takeover?
    private let metrics: MetricsPage
    private let live: LiveMeter
    private let acknowledged = AdminCounter()
    private let stopRequest = AsyncStream.makeStream(of: Void.self)
    /// Finished when the admin API listens.
    private let adminStart = AsyncStream.makeStream(of: Void.self)

    /// Opens the runtime and the database and binds the inference port; models are loaded by `run`. Throws errors whose
    /// description is one line for the operator.
    ///
    /// - Parameter takesOver: take the place of the gateway that runs on the data folder, if there is one: its models are
    ///   loaded here, its data folder and its listening sockets are taken over, and it goes on unchanged when that fails.
    package static func start(
        _ configuration: TealConfiguration,
        takesOver: Bool = false
    ) async throws -> TealApplication {
        var logger = Logger(label: "teal") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        let runtime = try OnnxRuntimeLocation.open(configured: configuration.onnxRuntime)
        // A folder that is in use is told before anything is loaded.
        let ownLock = takesOver ? nil : try DataFolderLock(configuration.data)
        let models = ModelRepository(root: try Self.absolute(configuration.models))
        let searchParts = try SearchParts.open(configuration, runtime: runtime, logger: logger)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads ?? System.coreCount)
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let remoteLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let remotes = RemoteLoader(group: remoteLoop)
        let loader = SlotLoader(threads: threads) { bytes, threads in
            do throws(EngineLoadError) {
                return .success(try runtime.load(bytes, options: EngineOptions(intraOpThreads: threads)))
            } catch {
                return .failure(error)
            }
        } connect: { configuration, model, version, cancellation in
            remotes.load(configuration, model: model.description, version: version, cancellation: cancellation)
        }
        let (lock, taken, takeover) = try await Self.takeFolder(ownLock, configuration, loader, logger)
        let store = try ReopenableControlStore(path: configuration.data.appending("control.db").string)
        let trials = await TrialParts.open(configuration, meaning: searchParts.meaning, logger: logger)
        let words = searchParts.words(trials: trials, logger: logger)
        let engine = searchParts.engine(trials: trials, words: words, logger: logger)
        let search = try? engine.get()
        let publisher = try await RoutingPublisher(group: loops)
        let manager = SlotManager(
            repository: models,
            loader: loader,
            publisher: publisher,
            store: store,
            logger: logger,
            now: { WallClock.microseconds() },
            drainLimit: configuration.drainLimit,
            trials: trials.keeper,
            taken: taken
        )
        let gateParts = await GateParts.open(
            configuration,
            manager: manager,
            store: store,
            trials: trials,
            search: search,
            logger: logger
        )
        let gateway = try await GatewayServer.start(
            host: configuration.httpHost,
            port: configuration.httpPort,
            inherited: takeover?.listener(.http, host: configuration.httpHost, port: configuration.httpPort),
            accepts: takeover == nil,
            group: loops,
            publisher: publisher,
            options: Self.gatewayOptions(configuration, manager),
            logger: logger
        )
        return TealApplication(
            control: manager,
            httpPort: gateway.port,
            configuration: configuration,
            logger: logger,
            runtimeVersion: runtime.version,
            store: store,
            dataLoops: loops,
            adminLoop: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            remoteLoop: remoteLoop,
            loadingThreads: threads,
            gateway: gateway,
            lock: lock,
            parts: trials,
            gateParts: gateParts,
            engine: engine,
            words: words,
            takeover: takeover,
            metrics: MetricsPage(
                publisher: publisher,
                manager: manager,
                store: store,
                trials: trials,
                search: search,
                webhooks: gateParts.webhooks,
                gateway: gateway,
                remotes: remotes.counts
            ),
            live: LiveMeter(publisher: publisher, control: manager, legs: trials.legs)
        )
    }

    private static func gatewayOptions(_ configuration: TealConfiguration, _ control: SlotManager) -> GatewayOptions {
        var options = GatewayOptions(
            limits: configuration.limits,
            version: TealVersion.current,
            repositoryControl: configuration.repositoryControl,
            tritonStatus: configuration.tritonStatus,
            control: control,
            startedAt: WallClock.microseconds() / 1_000_000
        )
        options.overload = configuration.overload
        return options
    }

    /// The data folder, from whoever has it.
    private static func takeFolder(
        _ lock: DataFolderLock?,
        _ configuration: TealConfiguration,
        _ loader: SlotLoader,
        _ logger: Logger
    ) async throws -> (lock: DataFolderLock, taken: TakenSlots?, takeover: Takeover?) {
        if let lock { return (lock, nil, nil) }
        let place = try await Takeover.begin(configuration.data, logger: logger) { (held) throws(TakeoverError) in
            try await Takeover.load(held, by: loader)
        }
        switch place {
        case .given(let takeover, let models):
            let taken = TakenSlots(generation: takeover.generation, models: models, isFrozen: true)
            return (takeover.lock, taken, takeover)
        case .free(let models):
            // Somebody who was told to stop may still answer what he has.
            let limit = configuration.drainLimit + .seconds(10)
            let lock = try await DataFolderLock(configuration.data, waitingAtMost: limit)
            return (lock, TakenSlots(generation: 0, models: models, isFrozen: false), nil)
        }
    }

    /// Loads the models, serves until a signal or the surrounding service group says stop, then drains and frees.
    package func run(
        stopOn signals: [UnixSignal] = [.sigterm, .sigint],
        events: @escaping @Sendable (Event) -> Void
    ) async throws {
        let admin = try self.adminServer(events)
        if let takeover = self.takeover {
            try await takeover.complete(self.control)
            await self.control.thaw()
            try await self.gateway.accept()
        }
        events(.inferenceListening(host: self.configuration.httpHost, port: self.httpPort))
        let searchService = SearchService(engine: try? self.engine.get())
        let departure = Departure(drainLimit: self.configuration.drainLimit) { [stopRequest] in
            stopRequest.continuation.finish()
        }
        let group = ServiceGroup(
            configuration: .init(
                // Stopped in reverse: first nobody can take over, then no request comes in, then models go, then the
                // admin API.
                services: [
                    .init(service: self.gateParts.webhooks),
                    .init(service: EvidenceService(recorder: self.parts.recorder)),
                    .init(service: searchService),
                    .init(service: PromoterService(promoter: self.gateParts.promoter)),
                    .init(
                        service: StopService(requests: self.stopRequest.stream),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    ),
                    .init(service: admin),
                    .init(
                        service: ModelsService(
                            control: self.control,
                            adminStart: self.adminStart.stream,
                            events: events
                        )
                    ),
                    .init(
                        service: GatewayService(
                            control: self.control,
                            gateway: self.gateway,
                            limit: self.configuration.drainLimit,
                            departure: departure,
                            logger: self.logger
                        )
                    ),
                    .init(service: self.handoverService(admin, searchService, departure)),
                ],
                gracefulShutdownSignals: signals,
                logger: self.logger
            )
        )
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await group.run()) } catch { outcome = .failure(error) }
        await self.parts.shutDown(on: self.loadingThreads)
        await self.logBooks()
        await self.words?.close()
        // Nothing uses it any more; its log goes back into the file.
        self.store.close()
        try? await self.dataLoops.shutdownGracefully()
        try? await self.loadingThreads.shutdownGracefully()
        try? await self.remoteLoop.shutdownGracefully()
        try? await self.adminLoop.shutdownGracefully()
        try outcome.get()
    }

    private func adminServer(_ events: @escaping @Sendable (Event) -> Void) throws -> AdminServer {
        let configuration = AdminConfiguration(
            host: self.configuration.adminHost,
            port: self.configuration.adminPort,
            token: self.configuration.adminToken
        )
        // Taking over must fail now or not at all.
        let socket = try self.takeover.map { takeover in
            try takeover.listener(.admin, host: configuration.host, port: configuration.port)
                ?? AdminServer.listen(configuration)
        }
        return try AdminServer(
            configuration: configuration,
            inherited: socket,
            control: self.control,
            store: self.store,
            trials: self.parts.reader,
            desk: self.gateParts.office,
            search: self.engine.map { $0 },
            info: AdminInfo(
                version: TealVersion.current,
                onnxRuntimeVersion: self.runtimeVersion,
                startedAt: WallClock.microseconds()
            ),
            eventLoopGroup: self.adminLoop,
            logger: self.logger,
            acknowledged: self.acknowledged,
            metrics: { [metrics, acknowledged] in await metrics.render(acknowledged: acknowledged.value) },
            figures: { [live] in await live.measure() },
            readiness: { [control] in await control.readiness() },
            onListening: { [adminStart] port in
                events(.adminListening(host: configuration.host, port: port))
                adminStart.continuation.finish()
            }
        )
    }

    private func handoverService(
        _ admin: AdminServer,
        _ search: SearchService,
        _ departure: Departure
    ) -> HandoverService {
        HandoverService(
            folder: self.configuration.data,
            gateway: GatewayHandover(
                control: self.control,
                trials: self.parts,
                search: search,
                words: self.words,
                store: self.store,
                gateway: self.gateway,
                admin: admin,
                lock: self.lock,
                departure: departure,
                logger: self.logger
            ),
            logger: self.logger
        )
    }

    /// Makes `run` drain and return, as a signal would. Callable at any time, from any thread.
    package func stop() {
        self.stopRequest.continuation.finish()
    }

    /// What the gateway counted up to now.
    package func snapshot() async -> (http: MetricsSnapshot, slots: SlotFigures) {
        ((try? await self.metrics.publisher.snapshot()) ?? MetricsSnapshot(), await self.control.figures())
    }

    /// What became of the requests sampled by the releases of this process, those that ended included.
    package func shadowCounts() -> ShadowCounts { self.parts.shadow.totals() }

    package var trials: any TrialReading { self.parts.reader }
    package var desk: any GateDesk { self.gateParts.office }
    package var search: (any SemanticSearching)? { try? self.engine.get() }

    /// The last word of a gateway: what became of the requests it accepted.
    private func logBooks() async {
        let http = await self.snapshot().http
        let ended = http.answered &+ http.aborted &+ http.shed
        let shadow = self.shadowCounts()
        self.logger.info(
            "stopped",
            metadata: [
                "accepted": "\(http.accepted)", "answered": "\(http.answered)", "aborted": "\(http.aborted)",
                "shed": "\(http.shed)", "unanswered": "\(http.accepted &- ended)",
                "captured": "\(self.parts.store.figures().stored)", "sampled": "\(shadow.sampled)",
                "paired": "\(shadow.paired)", "dropped": "\(shadow.droppedTotal)", "pending": "\(shadow.pending)",
            ]
        )
    }

    /// Stored with every slot, so that a restart from another folder finds the same files.
    private static func absolute(_ path: FilePath) throws -> FilePath {
        guard let resolved = realpath(path.string, nil) else {
            throw ConfigurationError("models: cannot open the folder \(path): \(Errno(rawValue: errno))")
        }
        defer { free(resolved) }
        return FilePath(String(cString: resolved))
    }
}

private struct GatewayService: Service {
    let control: SlotManager
    let gateway: GatewayServer
    let limit: Duration
    let departure: Departure
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        await self.control.announceStop()
        await self.gateway.shutDown(
            limit: self.limit,
            patience: self.departure.currentPatience,
            logger: self.logger
        )
    }
}

/// Ends, and with it the group, when somebody calls `stop`.
private struct StopService: Service {
    let requests: AsyncStream<Void>

    func run() async throws {
        for await _ in self.requests.cancelOnGracefulShutdown() {}
    }
}

private struct ModelsService: Service {
    let control: SlotManager
    let adminStart: AsyncStream<Void>
    let events: @Sendable (TealApplication.Event) -> Void

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.control.start()
            // Small models are faster than the listener; whoever waits for `ready` looks for its address next.
            for await _ in self.adminStart.cancelOnGracefulShutdown() {}
            guard !Task.isCancelled else { return }
            let problems = await self.control.readiness()
            self.events(problems.isEmpty ? .ready : .degraded(problems))
            try? await gracefulShutdown()
        } onGracefulShutdown: {
            self.control.stopLoading()
        }
        await self.control.shutDown()
    }
}
