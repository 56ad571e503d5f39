package import Logging
import ServiceLifecycle
package import ServingCore
package import SystemPackage

/// What a running gateway does while another process takes its place.
package protocol HandingOver: Sendable {
    /// Throws when it cannot hand over now.
    func offer() async throws(ControlError) -> [HeldVersion]
    /// Refuses changes from here on and closes the data folder. After a throw everything is as before.
    func release() async throws(ControlError) -> ReleasedGateway
    /// Opens the data folder again and goes on; false when that could not be done. Callable again then.
    func reclaim() async -> Bool
    /// Takes no new connection, answers what is there, and has the process end.
    func depart() async
}

/// What the other process is given.
package struct ReleasedGateway: Sendable {
    package var generation: UInt64
    package var held: [HeldVersion]
    /// Copies; closed once they are sent.
    package var lock: FileDescriptor
    package var listeners: [(kind: HandoverListener, descriptor: FileDescriptor)]

    package init(
        generation: UInt64,
        held: [HeldVersion],
        lock: FileDescriptor,
        listeners: [(kind: HandoverListener, descriptor: FileDescriptor)]
    ) {
        self.generation = generation
        self.held = held
        self.lock = lock
        self.listeners = listeners
    }
}

/// Waits for a process that wants to take over, and carries out what `HandoverGiving` says.
package struct HandoverService: Service {
    private let folder: FilePath
    private let gateway: any HandingOver
    private let logger: Logger
    private let limit: Duration

    private static let retry = Duration.seconds(5)

    /// - Parameter limit: how long the other process may have the data folder before it says that it is ready; then it is
    ///   ended.
    package init(
        folder: FilePath,
        gateway: any HandingOver,
        logger: Logger,
        limit: Duration = .seconds(300)
    ) {
        self.folder = folder
        self.gateway = gateway
        self.logger = logger
        self.limit = limit
    }

    /// Returns only when told to stop, also after it has handed over.
    package func run() async throws {
        let door: HandoverDoor
        do throws(Errno) {
            door = try HandoverDoor(folder: self.folder)
        } catch {
            self.logger.warning("no other process can take over", metadata: ["error": "\(error)"])
            try? await gracefulShutdown()
            return
        }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await self.serve(door)
            } onGracefulShutdown: {
                door.tell(.stop)
            }
        } onCancel: {
            door.tell(.stop)
        }
        // A service that ends out of its turn ends the others.
        try? await gracefulShutdown()
    }

    private func serve(_ door: HandoverDoor) async {
        var machine = HandoverGiving()
        var isLast = true
        var released: ReleasedGateway?
        var alarm: Task<Void, Never>?
        var frozen = ContinuousClock.now
        for await event in door.events {
            var actions = machine.handle(event)
            while !actions.isEmpty {
                let action = actions.removeFirst()
                var outcome: HandoverGiving.Event?
                switch action {
                case .welcome:
                    do throws(ControlError) {
                        door.send(.welcome(held: try await self.gateway.offer()))
                        self.logger.info("another process takes over", metadata: ["process": "\(door.process)"])
                    } catch {
                        self.refuse(error.message, door)
                    }
                case .refuse(let reason): self.refuse(reason, door)
                case .hangUp: door.hangUp()
                case .release:
                    frozen = .now
                    do throws(ControlError) {
                        released = try await self.gateway.release()
                        outcome = .releaseDone
                    } catch {
                        outcome = .releaseFailed(error.message)
                    }
                case .give:
                    self.give(released.take(), door)
                    isLast = false
                case .waitForReady(let number): alarm = Self.alarm(in: self.limit, number, door, replacing: alarm)
                case .tryAgainLater(let number): alarm = Self.alarm(in: Self.retry, number, door, replacing: alarm)
                case .endPeer:
                    self.logger.error("it is not ready in time and is ended", metadata: ["process": "\(door.process)"])
                    door.endPeer()
                case .commit: outcome = .committed(door.send(.committed))
                case .depart:
                    self.logger.info(
                        "handed over",
                        metadata: ["process": "\(door.process)", "changesRefused": "\(ContinuousClock.now - frozen)"]
                    )
                    // Who comes now is for the other process.
                    door.close(isLast: false)
                    await self.gateway.depart()
                case .reclaim:
                    let isOpen = await self.gateway.reclaim()
                    isLast = true
                    let fate = isOpen ? "accepted again" : "refused: the data folder cannot be opened"
                    self.logger.log(
                        level: isOpen ? .warning : .error,
                        "the process that was taking over has ended",
                        metadata: ["changes": "\(fate)"]
                    )
                    outcome = .reclaimed(isOpen)
                }
                if let outcome { actions += machine.handle(outcome) }
            }
            if event == .stop { break }
        }
        alarm?.cancel()
        // In a folder that was given away the socket may be the other process's already.
        door.close(isLast: isLast)
    }

    private func refuse(_ reason: String, _ door: HandoverDoor) {
        self.logger.warning("another process may not take over", metadata: ["reason": "\(reason)"])
        door.send(.refused(reason: reason))
        door.hangUp()
    }

    private func give(_ released: ReleasedGateway?, _ door: HandoverDoor) {
        guard let released else { return }
        let descriptors = [released.lock] + released.listeners.map(\.descriptor)
        door.send(
            .released(
                generation: released.generation,
                held: released.held,
                listeners: released.listeners.map(\.kind)
            ),
            descriptors
        )
        for descriptor in descriptors { try? descriptor.close() }
    }

    private static func alarm(
        in time: Duration,
        _ number: Int,
        _ door: HandoverDoor,
        replacing alarm: Task<Void, Never>?
    ) -> Task<Void, Never> {
        alarm?.cancel()
        return Task {
            guard (try? await Task.sleep(for: time)) != nil else { return }
            door.tell(.timeIsUp(number))
        }
    }
}

extension HandoverDoor {
    fileprivate var process: String { self.peerProcess.map { "\($0)" } ?? "gone" }
}
