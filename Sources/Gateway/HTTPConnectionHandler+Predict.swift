import HTTP1
import NIOCore
import OpenAI
import OpenInference
import Remote
import Routing
import ServingCore
import Slots
import Telemetry

/// `:predict` of KServe V1 and TensorFlow Serving, so that existing clients fit any model with tensors.
extension HTTPConnectionHandler {
    func predict(_ model: String, _ version: Int?) {
        do throws(InferenceError) {
            try self.startPredicting(model, version)
        } catch {
            self.sendError(error)
        }
    }

    private func startPredicting(_ model: String, _ version: Int?) throws(InferenceError) {
        guard let exchange = self.exchange else { return }
        let route = try self.route(model)
        var handle = try route.decide(slot: exchange.head.slot, version: version)
        try self.workspace.overload.admit(handle, now: self.now)
        handle.running.count += 1
        exchange.handle = handle
        exchange.startedAt = self.now
        if let split = route.split, exchange.head.slot == nil, version == nil {
            self.choose(exchange, split, (nil, []), &handle)
        }
        // As with V2: such a run would go past the limits of the API's own path, and past every budget.
        if case .openAI(_)? = handle.model.remote?.forwarding {
            throw InferenceError(.unsupported, "this model takes no :predict requests; see /v1/models")
        }
        let (request, layout) = try self.workspace.predict.decode(exchange.body, signature: handle.model.signature)
        exchange.layout = layout
        try self.run(request, route, handle, exchange)
    }

    func answerPredictStatus(_ model: String, _ version: Int?) {
        do throws(InferenceError) {
            let route = try self.route(model)
            if version == nil, route.answersOpenAI {
                return self.send(.ok, ModelList.document(self.entry(route.name)))
            }
            let handle = try route.decide(slot: self.exchange?.head.slot, version: version)
            let known = PredictStatus.Version(version: String(handle.model.version), state: .available)
            self.send(.ok, PredictStatus.document(model: route.name, ready: true, versions: [known]))
        } catch {
            self.sendError(error)
        }
    }
}
