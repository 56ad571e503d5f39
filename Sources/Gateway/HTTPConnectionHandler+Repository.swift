import HTTP1
import NIOCore
import OpenInference
import ServingCore

/// The V2 repository extension, mapped onto slots: the index lists what each slot holds; load puts the highest version
/// into the slot that is not live; unload empties both. The header teal-slot narrows load and unload to one slot.
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
        let slot = exchange.head.slot
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
        var context = ActionContext(actor: "v2-repository", reason: "V2 repository API")
        switch target {
        case .repositoryLoad(let model):
            let live = try? await control.status(of: model).live
            _ = try await control.load(LoadRequest(model: model, slot: slot ?? live?.other ?? .blue), context)
            return ByteBuffer()
        case .repositoryUnload(let model):
            let status = try await control.status(of: model)
            // The live slot last: until then the model answers.
            let held = status.slots.filter { $0.state != "empty" }.map(\.slot).sorted { one, _ in one != status.live }
            for slot in slot.map({ [$0] }) ?? held {
                // Unloading a model that answers is what this route is for.
                context.force = slot == status.live
                _ = try await control.unload(model: model, slot: slot, context)
            }
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
