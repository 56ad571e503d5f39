import NIOCore
import OpenInference
import ServingCore

/// The V2 repository extension, mapped onto slots: the index lists what each slot holds, load fills the slot that is
/// not live with the highest version, unload empties it.
extension HTTPConnectionHandler {
    func answerRepository(_ target: RequestTarget) {
        guard let context = self.context, let exchange = self.exchange else { return }
        if target != .repositoryIndex, !self.options.repositoryControl {
            self.sendError(
                InferenceError(
                    .forbidden,
                    "load and unload are off on this port; use the admin API, or start with --repository-control"
                )
            )
            return
        }
        let control = self.options.control
        let slot = exchange.headers.slot
        let serial = exchange.serial
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        // A control operation, not the request path: here a task is fine.
        context.eventLoop.makeFutureWithTask { () -> Result<ByteBuffer, ControlError> in
            do throws(ControlError) {
                return .success(try await Self.perform(target, slot, control))
            } catch {
                return .failure(error)
            }
        }.whenSuccess { result in
            connection.value.finishRepository(serial, result)
        }
    }

    private static func perform(
        _ target: RequestTarget,
        _ slot: Slot?,
        _ control: any ModelControl
    ) async throws(ControlError) -> ByteBuffer {
        let context = ActionContext(actor: "v2-repository", reason: "V2 repository API")
        switch target {
        case .repositoryLoad(let model):
            let live = try? await control.status(of: model).live
            _ = try await control.load(LoadRequest(model: model, slot: slot ?? live?.other ?? .blue), context)
            return ByteBuffer()
        case .repositoryUnload(let model):
            let status = try await control.status(of: model)
            guard let target = slot ?? status.live?.other else {
                throw ControlError(
                    .notReady,
                    "model '\(model)' has no live slot; name the slot with the header teal-slot"
                )
            }
            _ = try await control.unload(model: model, slot: target, context)
            return ByteBuffer()
        default:
            return MetadataEncoder.repositoryIndex(await control.status().flatMap(Self.indexEntries))
        }
    }

    private static func indexEntries(_ status: ModelStatus) -> [MetadataEncoder.IndexEntry] {
        status.slots.filter { $0.state != "empty" }.map { slot in
            let state =
                switch slot.state {
                case "ready": "READY"
                case "loading", "warming": "LOADING"
                case "draining": "UNLOADING"
                default: "UNAVAILABLE"
                }
            return MetadataEncoder.IndexEntry(
                name: status.model,
                version: slot.version.map { String($0) },
                state: state,
                reason: slot.detail ?? "\(slot.role.rawValue) in slot \(slot.slot.rawValue)"
            )
        }
    }

    private func finishRepository(_ serial: UInt64, _ result: Result<ByteBuffer, ControlError>) {
        guard self.exchange?.serial == serial else { return }
        self.tick()
        switch result {
        case .success(let body): self.send(.ok, body)
        case .failure(let error):
            let details = error.details.isEmpty ? "" : ": " + error.details.joined(separator: "; ")
            let status: HTTPStatus =
                switch error.code {
                case .notFound: .notFound
                case .storeUnavailable, .shuttingDown: .unavailable
                default: .badRequest
                }
            self.sendError(status, error.message + details)
        }
    }
}
