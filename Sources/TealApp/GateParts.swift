import Admin
import Cutover
import Logging
import Promotion
import SemanticSearch
import ServiceLifecycle
import ServingCore
import Trials

/// Everything that decides about candidates and carries it out, wired together.
struct GateParts: Sendable {
    let book: VerdictBook
    let office: GateOffice
    let promoter: Promoter
    let webhooks: WebhookSender

    /// Has `manager` ask the gate before every promotion.
    static func open(
        _ configuration: TealConfiguration,
        manager: SlotManager,
        store: any ControlStore,
        trials: TrialParts,
        search: SearchEngine?,
        logger: Logger
    ) async -> GateParts {
        let recorder = trials.recorder
        let now: @Sendable () -> Int64 = { WallClock.microseconds() }
        let book = VerdictBook(
            source: { model in
                var input = recorder.gateInput(of: model)
                if input != nil { input?.split = await manager.splitCounts()[model] }
                return input?.with(search)
            },
            store: store,
            seal: VerdictSeal(key: Self.key(configuration, logger)),
            now: now
        )
        await manager.guardPromotions(by: book)
        let webhooks = WebhookSender(
            urls: configuration.webhooks,
            secret: configuration.webhookSecret,
            logger: logger
        )
        return GateParts(
            book: book,
            office: GateOffice(
                book: book,
                recorder: recorder,
                trials: trials.reader,
                store: store,
                feedback: FeedbackKeeper(store: trials.store, recorder: recorder, key: trials.key, now: now),
                search: search,
                version: TealVersion.current,
                now: now
            ),
            promoter: Promoter(
                book: book,
                control: manager,
                source: { recorder.gateInput(of: $0) },
                logger: logger,
                now: now,
                tell: { webhooks.send($0) }
            ),
            webhooks: webhooks
        )
    }

    /// Nobody who is served depends on the key: without it verdicts of earlier processes count for nothing.
    private static func key(_ configuration: TealConfiguration, _ logger: Logger) -> [UInt8] {
        do throws(ConfigurationError) {
            return try KeyFile(.verdicts, in: configuration.data).open()
        } catch {
            logger.error("earlier verdicts do not count until the next start", metadata: ["problem": "\(error)"])
            return KeyFile.make()
        }
    }
}

/// Has the promoter look at every model, each second.
struct PromoterService: Service {
    let promoter: Promoter

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(1))
                await self.promoter.tick()
            }
        }
    }
}
