import HTTP1
import NIOCore
import OpenAI
import OpenInference
import Remote
import Routing
import ServingCore
import Slots
import Telemetry
import Upstream

/// What each target answers.
extension HTTPConnectionHandler {
    func answerExchange() {
        guard let exchange = self.exchange else { return }
        if let refusal = exchange.refusal {
            self.sendError(refusal.status, refusal.message)
            return
        }
        switch exchange.target {
        case .unknown:
            self.sendError(
                .notFound,
                "unknown path; inference is POST /v2/models/MODEL/infer, /v1/chat/completions or /v1/models/MODEL:predict"
            )
            return
        case .malformed(let message):
            self.sendError(.badRequest, message)
            return
        default: break
        }
        guard exchange.hasRightMethod else {
            self.sendError(
                .methodNotAllowed,
                "this path takes \(exchange.target.method)",
                allow: exchange.target.method
            )
            return
        }
        self.answer(exchange.target)
    }

    private func answer(_ target: RequestTarget) {
        switch target {
        case .infer(let model, let version): self.infer(model, version)
        case .live: self.send(.ok, MetadataEncoder.live(true))
        case .ready: self.answerReady()
        case .serverMetadata:
            self.send(
                .ok,
                MetadataEncoder.serverMetadata(
                    name: self.options.name,
                    version: self.options.version,
                    extensions: self.extensions
                )
            )
        case .modelMetadata(let model, let version): self.answerMetadata(model, version)
        case .modelReady(let model, let version): self.answerModelReady(model, version)
        case .repositoryIndex, .repositoryLoad, .repositoryUnload: self.answerRepository(target)
        case .openAI(let operation): self.complete(operation)
        case .openAIModels: self.answerOpenAIModels()
        case .predict(let model, let version): self.predict(model, version)
        case .predictStatus(let model, let version): self.answerPredictStatus(model, version)
        case .unknown, .malformed: self.sendError(.notFound, "unknown path")
        }
    }

    private var extensions: [String] {
        ["binary_tensor_data", "model_repository"]
    }

    private func answerReady() {
        if self.workspace.routing.table.isReady, !self.isStopping {
            self.send(.ok, MetadataEncoder.ready(true))
        } else {
            self.sendError(.init(.notReady, tritonStatus: self.options.tritonStatus), "the server is not ready")
        }
    }

    private func answerMetadata(_ model: String, _ version: Int?) {
        do {
            let route = try self.route(model)
            let handle = try route.decide(slot: self.exchange?.head.slot, version: version)
            self.send(
                .ok,
                MetadataEncoder.modelMetadata(
                    name: route.name,
                    versions: [route.live, route.blue, route.green].compactMap { $0?.model.version }.uniqued.map(
                        String.init
                    ),
                    platform: handle.model.remote?.platform ?? "onnx_onnxv1",
                    signature: handle.model.signature
                )
            )
        } catch {
            self.sendError(error)
        }
    }

    private func answerModelReady(_ model: String, _ version: Int?) {
        do throws(InferenceError) {
            let route = try self.route(model)
            let handle = try route.decide(slot: self.exchange?.head.slot, version: version)
            guard self.mayBeAsked(handle) else {
                throw InferenceError(
                    .notReady,
                    "no endpoint of version \(handle.model.version) of model '\(route.name)' can be asked now"
                )
            }
            self.send(.ok, MetadataEncoder.modelReady(name: route.name, ready: true))
        } catch {
            self.sendError(error)
        }
    }

    /// A server is believed to answer: as this loop knows where it passes requests on, else as those know that ask.
    private func mayBeAsked(_ handle: SlotHandle) -> Bool {
        if handle.forwards, let upstream = handle.upstream { return upstream.mayBeAsked(now: self.now) }
        return handle.model.remote?.backend.mayBeAsked(now: self.now) ?? true
    }

    func send(_ status: HTTPStatus, _ body: ByteBuffer) {
        self.send(ResponseWriter(status: status, closes: false), body: body)
    }

    func sendError(_ error: InferenceError) {
        let status = HTTPStatus(error.code, tritonStatus: self.options.tritonStatus)
        var response = ResponseWriter(status: status, closes: false)
        response.errorCode = error.code.rawValue
        self.send(response, body: self.document(OpenAIError(error)), outcome: RequestOutcome(error.code))
    }

    func sendError(_ status: HTTPStatus, _ message: String, allow: StaticString? = nil) {
        var response = ResponseWriter(status: status, closes: false)
        response.allow = allow
        self.send(response, body: self.document(OpenAIError(.invalidRequest, message)))
    }

    /// An error in the shape of the protocol that the client speaks.
    private func document(_ error: OpenAIError) -> ByteBuffer {
        switch self.exchange?.target {
        case .openAI, .openAIModels: error.document()
        default: MetadataEncoder.error(error.message)
        }
    }
}

extension Exchange {
    var hasRightMethod: Bool {
        switch self.target {
        case .infer, .repositoryIndex, .repositoryLoad, .repositoryUnload, .openAI, .predict: self.head.method == .post
        default: self.head.method == .get || self.head.method == .head
        }
    }
}

extension Sequence where Element: Hashable {
    fileprivate var uniqued: [Element] {
        var seen: Set<Element> = []
        return self.filter { seen.insert($0).inserted }
    }
}
