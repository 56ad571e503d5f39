import HTTP1
import NIOCore
import OpenAI
import OpenInference
import ServingCore
import Upstream

/// Builds what one kind of server needs, out of its configuration and what it says of itself.
struct RemoteBuilder {
    let client: UpstreamClient
    /// For the engine.
    let caller: RemoteCaller
    let health: HealthChecks?
    /// As clients know them.
    let model: String
    let version: String
    /// Ends the questions that the server is asked.
    let cancellation: RunCancellation?

    private var backend: Backend { self.client.backend }
    private var configuration: BackendConfiguration { self.backend.configuration }
    /// As the server knows the model.
    private var name: String { self.configuration.model ?? self.model }

    // MARK: Open Inference Protocol

    func openInference() throws(BackendError) -> RemoteModel {
        let path =
            "/v2/models/\(UpstreamRoute.segment(self.name))"
            + (self.configuration.version.map { "/versions/\(UpstreamRoute.segment($0))" } ?? "")
        let said = try self.signature(path)
        let (json, binary) = try self.inferRoutes(path)
        let takesBinary = self.takesBinary()
        let engine = V2Engine(
            self.caller,
            signature: said.signature,
            json: json,
            binary: binary,
            form: takesBinary ? .binary : .json
        )
        // Some take them without saying so: no reason to refuse the version.
        let binaryNote =
            takesBinary
            ? nil : "the server does not say that it takes binary tensors, and whether it does was not checked"
        let notes = [said.note, binaryNote].compactMap(\.self)
        // The server's own version is no version of ours, so answers are rewritten unless both names are the same.
        let isSame = self.name == self.model && self.configuration.version == self.version
        let rewriter = isSame ? nil : InferResponseRewriter(model: self.model, version: self.version)
        return RemoteModel(
            backend: self.backend,
            engine: engine,
            forwarding: .openInference(json: json, binary: binary, rewriter: rewriter),
            platform: said.platform,
            health: self.health,
            note: notes.isEmpty ? nil : notes.joined(separator: "; ")
        )
    }

    private func inferRoutes(_ path: String) throws(BackendError) -> (json: UpstreamRoute, binary: UpstreamRoute) {
        var json = RequestLines()
        json.add("content-type", "application/json")
        var binary = RequestLines()
        binary.add("content-type", "application/octet-stream")
        return (try self.route(.post, path + "/infer", json), try self.route(.post, path + "/infer", binary))
    }

    private func signature(
        _ path: String
    ) throws(BackendError) -> (signature: ModelSignature, platform: String, note: String?) {
        let platform = "teal_remote_openinference"
        if let declared = self.configuration.signature {
            let note = "the signature is the one that backend.yaml declares; the server was not asked"
            return (declared, platform, note)
        }
        let answer = try self.get(path)
        do throws(InferenceError) {
            let metadata = try ModelMetadataDecoder.decode(answer.body, status: answer.head.status)
            return (metadata.signature, metadata.platform.isEmpty ? platform : metadata.platform, nil)
        } catch {
            throw BackendError(
                "the server does not say what model '\(self.name)' takes: \(error.message); declare it by `signature` "
                    + "in backend.yaml"
            )
        }
    }

    /// The server names the extension for binary tensors; one that says nothing gets JSON.
    private func takesBinary() -> Bool {
        guard let answer = try? self.get("/v2"), answer.head.status == 200 else { return false }
        return answer.body.withUnsafeReadableBytes { bytes in
            String(decoding: bytes.prefix(64 << 10), as: UTF8.self).contains("\"binary_tensor_data\"")
        }
    }

    // MARK: KServe V1

    func kserveV1() throws(BackendError) -> RemoteModel {
        guard let signature = self.configuration.signature else {
            throw BackendError("a kserve-v1 server does not say what it takes: declare it by `signature`")
        }
        var lines = RequestLines()
        lines.add("content-type", "application/json")
        let path =
            "/v1/models/\(UpstreamRoute.segment(self.name))"
            + (self.configuration.version.map { "/versions/\(UpstreamRoute.segment($0))" } ?? "")
        let answer = try self.get(path)
        guard answer.head.status == 200 else {
            throw BackendError("the server has no model '\(self.name)': it answered \(answer.head.status) to \(path)")
        }
        let engine = PredictEngine(
            self.caller,
            signature: signature,
            route: try self.route(.post, path + ":predict", lines)
        )
        return RemoteModel(
            backend: self.backend,
            engine: engine,
            forwarding: nil,
            platform: "teal_remote_kserve_v1",
            health: self.health,
            note: "the protocol does not tell what a model takes: the signature is the one that backend.yaml declares"
        )
    }

    // MARK: OpenAI

    func openAI() throws(BackendError) -> RemoteModel {
        let note = try self.checkModelName()
        var lines = RequestLines()
        lines.add("content-type", "application/json")
        let task: OpenAITask = self.configuration.embeds ? .embedding : .generation
        var routes: [OpenAIOperation: UpstreamRoute] = [:]
        for operation in OpenAIOperation.allCases where operation.task == task {
            routes[operation] = try self.route(.post, "\(operation.path)", lines)
        }
        let forwarding = OpenAIForwarding(
            task: task,
            rewriter: ModelRewriter(model: self.name),
            answers: self.name == self.model ? nil : AnswerModelRewriter(model: self.model),
            routes: routes
        )
        return RemoteModel(
            backend: self.backend,
            engine: OpenAIEngine(self.caller, forwarding),
            forwarding: .openAI(forwarding),
            platform: "teal_remote_openai",
            health: self.health,
            note: note
        )
    }

    /// A sentence when the name could not be checked.
    private func checkModelName() throws(BackendError) -> String? {
        let answer = try self.get("/v1/models")
        guard answer.head.status == 200, let names = ModelList.names(in: answer.body), !names.isEmpty else {
            return "the server does not list its models: whether it has '\(self.name)' was not checked"
        }
        guard !names.contains(self.name) else { return nil }
        let list = names.prefix(8).joined(separator: ", ")
        throw BackendError(
            "the server has no model '\(self.name)'; it has \(list): name one by `model` in backend.yaml"
        )
    }

    // MARK: Both

    private func route(
        _ method: UpstreamRoute.Method,
        _ path: String,
        _ lines: RequestLines = RequestLines()
    ) throws(BackendError) -> UpstreamRoute {
        guard let route = UpstreamRoute(method, path: path, lines: lines, configuration: self.configuration) else {
            throw BackendError("'\(path)' is no path that can be asked for")
        }
        return route
    }

    private func get(_ path: String) throws(BackendError) -> UpstreamAnswer {
        let request = UpstreamRequest(try self.route(.get, path), isIdempotent: true)
        do throws(UpstreamFailure) {
            return try self.client.call(request, cancellation: self.cancellation)
        } catch {
            let endpoints = self.configuration.endpoints.map(\.description).joined(separator: ", ")
            throw BackendError("no answer from \(endpoints) to \(path): \(error.message)")
        }
    }
}
