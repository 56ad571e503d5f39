import HTTP1
import Inference
import NIOCore
import OpenInference
import Routing
import ServingCore
import Slots
import Telemetry

/// The hot path: route, decode, run, encode. On one thread and without waiting for models that run inline.
extension HTTPConnectionHandler {
    func infer(_ model: String, _ version: Int?) {
        do {
            try self.start(model, version)
        } catch {
            self.finish(.failure(error))
        }
    }

    func route(_ model: String) throws(InferenceError) -> ModelRoute {
        guard let route = self.workspace.routing.table.models[model] else {
            throw InferenceError(.notFound, "unknown model '\(model.prefix(64))'")
        }
        return route
    }

    private func start(_ model: String, _ version: Int?) throws(InferenceError) {
        guard let exchange = self.exchange else { return }
        // The one read of the routing table: from here on the request belongs to this handle's generation.
        let route = try self.route(model)
        var handle = try route.decide(slot: exchange.head.slot, version: version)
        try self.workspace.overload.admit(handle, now: self.now)
        handle.running.count += 1
        exchange.handle = handle
        exchange.startedAt = self.now
        var opening: RequestOpening?
        if let split = route.split, exchange.head.slot == nil, version == nil {
            guard route.forwards else {
                return try self.run(try self.decode(exchange, route, split, &handle), route, handle, exchange)
            }
            opening = try self.workspace.decoder.opening(
                exchange.body,
                jsonLength: exchange.head.inferenceHeaderLength,
                parameters: route.parameters
            )
            if let opening { self.choose(exchange, split, opening, &handle) }
        }
        if handle.forwards { return try self.forward(exchange, handle, route.mirror, opening: opening) }
        try self.run(try self.decode(exchange, route, handle), route, handle, exchange)
    }

    private func decode(
        _ exchange: Exchange,
        _ route: ModelRoute,
        _ handle: SlotHandle
    ) throws(InferenceError) -> InferRequest {
        try self.workspace.decoder.decode(
            exchange.body,
            jsonLength: exchange.head.inferenceHeaderLength,
            signature: handle.model.signature,
            parameters: route.parameters
        )
    }

    /// Runs a decoded request on the version of `handle`, here or on its worker threads, and answers it.
    func run(
        _ request: InferRequest,
        _ route: ModelRoute,
        _ handle: SlotHandle,
        _ exchange: Exchange
    ) throws(InferenceError) {
        exchange.timing?.end("decode")
        let loaded = handle.model
        if let mirror = route.mirror { self.decideMirroring(request, handle, mirror, exchange) }
        let outputs = request.selectsAllOutputs ? nil : request.outputs.map(\.index)
        if loaded.executor.runsInline(request.inputs) {
            let start = exchange.mirroring == nil ? 0 : MonotonicTime.now()
            let result = Result { () throws(InferenceError) in
                try loaded.executor.runInline(request.inputs, outputs: outputs)
            }
            exchange.timing?.end("model")
            let answer = try result.get()
            if exchange.mirroring != nil { exchange.mirroring?.nanoseconds = MonotonicTime.now() &- start }
            try self.encode(request, answer, handle)
        } else {
            try self.submit(request, outputs, loaded)
        }
    }

    /// Hands the run to the model's worker threads; the answer comes back to this loop.
    private func submit(_ request: InferRequest, _ outputs: [Int]?, _ loaded: LoadedModel) throws(InferenceError) {
        guard let context = self.context, let serial = self.exchange?.serial else { return }
        self.exchange?.request = request
        let loop = context.eventLoop
        let limit = Int64(clamping: loaded.manifest.requestTimeout.nanoseconds)
        let asked = request.timeoutMicroseconds.map { $0.multipliedReportingOverflow(by: 1_000) }
        let nanoseconds = asked.map { $0.overflow ? limit : min(limit, max(0, $0.partialValue)) } ?? limit
        let deadline = self.now + .nanoseconds(nanoseconds)
        let connection = NIOLoopBound(self, eventLoop: loop)
        let ticket = try loaded.executor.submit(
            request.inputs,
            outputs: outputs,
            deadline: deadline.uptimeNanoseconds,
            passedHeaders: loaded.remote == nil ? nil : self.passedHeaders
        ) { result in
            loop.execute { connection.value.complete(serial, result) }
        }
        self.exchange?.ticket = ticket
        self.exchange?.timeout = loop.assumeIsolated().scheduleTask(deadline: deadline) {
            ticket.cancel()
            // A run that does not stop at once, or that others share, must not keep this client waiting.
            self.complete(serial, .failure(InferenceError(.timeout, "the model did not answer in time")))
        }
    }

    /// What a remote server is told of the request, if it is one to be told.
    private var passedHeaders: [(name: String, value: String)] {
        self.exchange?.head.captured.map { (name: $0.name, value: $0.value) } ?? []
    }

    private func complete(_ serial: UInt64, _ result: Result<[Tensor], InferenceError>) {
        // The client may have gone, and another request taken its place.
        guard let exchange = self.exchange, exchange.serial == serial, let handle = exchange.handle,
            let request = exchange.request
        else { return }
        self.tick()
        // With the wait for a worker: this version's own time is what the noise leg tells.
        exchange.mirroring?.nanoseconds = UInt64(clamping: (self.now - exchange.startedAt).nanoseconds)
        if let started = exchange.ticket?.startedAt {
            exchange.timing?.end("queue", at: started)
            exchange.timing?.end("model")
        } else {
            // No worker ever had it.
            exchange.timing?.end("queue")
        }
        do {
            try self.encode(request, try result.get(), handle)
        } catch {
            self.finish(.failure(error))
        }
    }

    private func encode(_ request: InferRequest, _ answer: [Tensor], _ handle: SlotHandle) throws(InferenceError) {
        self.workspace.body.clear()
        if let layout = self.exchange?.layout {
            try handle.model.predictEncoder.encode(request, outputs: answer, layout: layout, into: &self.workspace.body)
            return self.finish(.success((answer, nil)))
        }
        let length = try handle.model.encoder.encode(request, outputs: answer, into: &self.workspace.body)
        self.finish(.success((answer, length)))
    }

    private func finish(_ result: Result<(answer: [Tensor], jsonLength: Int?), InferenceError>) {
        guard let exchange = self.exchange else { return }
        let mirroring = exchange.mirroring.take()
        switch result {
        case .success((_, let length)):
            exchange.timing?.end("encode")
            var response = ResponseWriter(status: .ok, closes: false)
            if length != nil { response.contentType = "application/octet-stream" }
            response.inferenceHeaderLength = length
            self.send(response, body: self.workspace.body)
        case .failure(let error): self.sendError(error)
        }
        guard let mirroring else { return }
        self.offer(mirroring, result.map(\.answer), bodyBytes: exchange.body.readableBytes)
    }
}
