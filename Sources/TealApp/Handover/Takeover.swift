import Cutover
import Glibc
import Inference
import Logging
import ServingCore
import Slots
import SystemPackage

/// Why this process did not take over, in one line.
package struct TakeoverError: Error, CustomStringConvertible {
    package let description: String

    package init(_ problem: String) { self.description = "cannot take over: \(problem)" }
}

/// The place of the gateway that runs on a data folder, given to this process and not yet confirmed.
struct Takeover: Sendable {
    typealias Models = [HeldVersion: LoadedModel]

    /// The models are loaded already.
    enum Place {
        /// Nobody runs there, or does any more.
        case free(Models)
        case given(Takeover, Models)
    }

    let lock: DataFolderLock
    let generation: UInt64
    /// What the other process answered with to the end.
    private let held: [HeldVersion]
    private let listeners: [HandoverListener: FileDescriptor]
    private let link: HandoverLink
    private let machine: HandoverTaking

    /// How long the running gateway may take for an answer: what it has to write down first gives way to its requests.
    private static let patience = Duration.seconds(300)

    /// Has everything ready that can be beside the running gateway, then takes its data folder. Until then nothing changes
    /// there, and when this process ends without `complete` the other one takes the folder back.
    ///
    /// - Parameter load: loads what the running gateway holds.
    static func begin(
        _ folder: FilePath,
        logger: Logger,
        load: ([HeldVersion]) async throws(TakeoverError) -> Models
    ) async throws(TakeoverError) -> Place {
        let socket: FileDescriptor?
        do throws(Errno) {
            socket = try HandoverAddress(folder: folder).connect()
        } catch {
            throw TakeoverError("the running gateway cannot be reached: \(error)")
        }
        guard let socket else {
            logger.notice("nobody gives the data folder away; starting as ever")
            return .free([:])
        }
        let link = HandoverLink(socket)
        link.limitReceiving(to: Self.patience)
        logger.info("taking over", metadata: ["process": "\(link.peer?.process ?? 0)"])
        var machine = HandoverTaking()
        var models: Models = [:]
        var word = HandoverMessage.hello(version: HandoverMessage.version)
        while true {
            let received = try await Self.say(word, on: link)
            switch machine.hear(received?.message) {
            case .prepare(let held):
                models = try await load(held)
                word = machine.prepared()
            case .open(let generation, let held, let kinds):
                let descriptors = received?.descriptors ?? []
                guard let lock = descriptors.first, descriptors.count == kinds.count + 1 else {
                    throw TakeoverError("the running gateway did not give what it said")
                }
                // Its end tells the other process that nobody writes here any more: it must come with the end of this
                // process and not before, whatever happens.
                _ = Unmanaged.passRetained(link)
                return .given(
                    Takeover(
                        lock: DataFolderLock(sharing: lock),
                        generation: generation,
                        held: held,
                        listeners: .init(zip(kinds, descriptors.dropFirst())) { first, _ in first },
                        link: link,
                        machine: machine
                    ),
                    models
                )
            case .startAlone:
                logger.notice("the gateway that ran has stopped; starting as ever")
                return .free(models)
            case .fail(let reason): throw TakeoverError(reason)
            case .serve: throw TakeoverError("the running gateway said more than it was asked")
            }
        }
    }

    /// The listening socket that was given, when it listens where it should; else it is closed.
    ///
    /// - Parameter port: 0 for any.
    func listener(_ kind: HandoverListener, host: String, port: Int) -> CInt? {
        guard let socket = self.listeners[kind] else { return nil }
        guard ListeningSocket.address(of: socket.rawValue, is: host, port) else {
            try? socket.close()
            return nil
        }
        return socket.rawValue
    }

    /// Starts the slots as the other process had them, and returns when that one has let go: from then on this process is
    /// the gateway.
    func complete(_ control: SlotManager) async throws(TakeoverError) {
        do throws(ControlError) {
            try await control.start()
        } catch {
            throw TakeoverError(error.message)
        }
        let missing = await control.missing(of: self.held)
        guard missing.isEmpty else {
            throw TakeoverError("\(missing.joined(separator: "; ")); the running gateway goes on")
        }
        var machine = self.machine
        let word = machine.opened()
        // It waits for nothing any more: only its end can keep its answer back.
        self.link.limitReceiving(to: nil)
        let received = try await Self.say(word, on: self.link)
        switch machine.hear(received?.message) {
        case .serve: return
        case .fail(let reason): throw TakeoverError(reason)
        case .prepare, .open, .startAlone: throw TakeoverError("the running gateway did not let go")
        }
    }

    /// Says `word` and waits for the answer on a thread of its own; nil when the other process is not there any more.
    private static func say(
        _ word: HandoverMessage,
        on link: HandoverLink
    ) async throws(TakeoverError) -> HandoverLink.Received? {
        let answer: Result<HandoverLink.Received?, HandoverLink.Failure>
        answer = await withCheckedContinuation { continuation in
            let thread = WorkerThread(name: "teal-takeover") {
                // Where nobody hears it, nobody answers.
                try? link.send(word)
                continuation.resume(returning: Result { () throws(HandoverLink.Failure) in try link.receive() })
            }
            guard let thread else { return continuation.resume(returning: .failure(.broken(.noMemory))) }
            thread.detach()
        }
        switch answer {
        case .success(let received): return received
        case .failure(.timedOut): throw TakeoverError("the running gateway does not answer")
        case .failure(.senseless): throw TakeoverError("the running gateway said what cannot be understood")
        case .failure(.broken(let problem)): throw TakeoverError("the running gateway cannot be reached: \(problem)")
        }
    }
}

extension Takeover {
    /// Loads all of `held`, the live ones first, and checks that they are what the running gateway answers with.
    static func load(_ held: [HeldVersion], by loader: SlotLoader) async throws(TakeoverError) -> Models {
        let results = await withTaskGroup(of: (HeldVersion, Result<LoadedModel, LoadFailure>).self) { group in
            for version in held {
                group.addTask {
                    guard let name = ModelName(version.model) else {
                        return (version, .failure(LoadFailure(.notFound, "this is no model name")))
                    }
                    do throws(LoadFailure) {
                        let source = ModelRepository(root: FilePath(version.source))
                        let model = try await loader.load(name, version: version.version, from: source) {}
                        guard model.digest == version.digest else {
                            throw LoadFailure(.failed, "its files have changed since the running gateway loaded it")
                        }
                        return (version, .success(model))
                    } catch {
                        return (version, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var models: Models = [:]
        for (version, result) in results {
            switch result {
            case .success(let model): models[version] = model
            case .failure(let failure):
                throw TakeoverError(
                    "model '\(version.model)', slot \(version.slot.rawValue), version \(version.version): "
                        + "\(failure.reason); the running gateway goes on"
                )
            }
        }
        return models
    }
}
