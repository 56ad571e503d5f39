import Admin
import Cutover
import Gateway
import Glibc
import Logging
import ServingCore
import Storage
import Synchronization
import SystemPackage

/// How this process, while it is the gateway, lets another one take its place. Requests are answered all the time.
struct GatewayHandover: HandingOver {
    let control: SlotManager
    let trials: TrialParts
    let search: SearchService
    let words: ReopenableWordIndex?
    let store: ReopenableControlStore
    let gateway: GatewayServer
    let admin: AdminServer
    let lock: DataFolderLock
    let departure: Departure
    let logger: Logger

    func offer() async throws(ControlError) -> [HeldVersion] {
        try await self.control.checkFreezable()
        return await self.control.held()
    }

    func release() async throws(ControlError) -> ReleasedGateway {
        let copies = await self.descriptors()
        guard let lock = copies.lock, copies.listeners.count == HandoverListener.allCases.count else {
            copies.close()
            throw ControlError(.notReady, "the running gateway has no file descriptors to spare")
        }
        // What the index writes down takes longest, and nobody has to wait for it.
        await self.search.pause()
        do throws(ControlError) {
            let (generation, held) = try await self.control.freeze()
            await self.trials.release()
            await self.words?.close()
            self.store.close()
            return ReleasedGateway(generation: generation, held: held, lock: lock, listeners: copies.listeners)
        } catch {
            copies.close()
            await self.search.resume()
            throw error
        }
    }

    func reclaim() async -> Bool {
        do throws(StoreOpenError) {
            try self.store.reopen()
        } catch {
            self.logger.error("the control database cannot be opened again", metadata: ["problem": "\(error)"])
            return false
        }
        self.trials.reopen(self.logger)
        if let words, await !words.reopen() {
            self.logger.error("exact words cannot be searched until the next start")
        }
        await self.control.thaw()
        await self.search.resume()
        return true
    }

    func depart() async {
        self.departure.begin()
        await self.gateway.stopAccepting()
        await self.admin.retire(patience: self.departure.adminPatience)
        self.departure.stop()
    }

    private struct Copies {
        var lock: FileDescriptor?
        var listeners: [(kind: HandoverListener, descriptor: FileDescriptor)] = []

        func close() {
            try? self.lock?.close()
            for listener in self.listeners { try? listener.descriptor.close() }
        }
    }

    private func descriptors() async -> Copies {
        var copies = Copies(lock: self.lock.copy())
        for kind in HandoverListener.allCases {
            let socket =
                switch kind {
                case .http: await self.gateway.listener()
                case .admin: await self.admin.listeningSocket()
                }
            if let socket { copies.listeners.append((kind, FileDescriptor(rawValue: socket))) }
        }
        return copies
    }
}

/// The end of a gateway whose place another process has taken.
final class Departure: Sendable {
    /// How long a kept connection may wait for its next request, which is answered and the last one; what is idle then is
    /// closed, in time for what runs to end within the drain limit.
    let patience: Duration
    let stop: @Sendable () -> Void
    private let hasBegun = Atomic<Bool>(false)

    init(drainLimit: Duration, stop: @escaping @Sendable () -> Void) {
        self.patience = drainLimit / 2
        self.stop = stop
    }

    /// For the admin API, whose clients are few and ask again.
    var adminPatience: Duration { min(self.patience, .seconds(2)) }

    func begin() { self.hasBegun.store(true, ordering: .relaxed) }

    /// Zero for a gateway that is just stopped.
    var currentPatience: Duration { self.hasBegun.load(ordering: .relaxed) ? self.patience : .zero }
}
