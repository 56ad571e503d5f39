import Foundation
package import ServingCore

/// Calls the admin API of a running gateway. Synchronous: each call blocks its thread; made for the command line.
package struct AdminClient: Sendable {
    /// Scheme and authority, e.g. `http://127.0.0.1:8002`.
    package let address: String
    private let token: String?
    let timeout: Duration

    /// `address` may leave out the scheme. Throws when it is not an HTTP address.
    package init(address: String, token: String? = nil, timeout: Duration = .seconds(30)) throws(AdminClientError) {
        var address = address.contains("://") ? address : "http://\(address)"
        while address.hasSuffix("/") { address.removeLast() }
        let scheme = ["http://", "https://"].first { address.lowercased().hasPrefix($0) }
        guard let scheme, Authority(String(address.dropFirst(scheme.count))) != nil else {
            throw AdminClientError("the admin address must look like http://127.0.0.1:8002")
        }
        self.address = address
        self.token = token
        self.timeout = timeout
    }

    /// Sends one request and returns the answer whatever its status. Throws only when there is none.
    package func send(
        _ method: String,
        _ path: String,
        body: String? = nil,
        headers: [String: String] = [:],
        timeout: Duration? = nil
    ) throws(AdminClientError) -> AdminAnswer {
        do {
            return try self.exchange(method, path, body, headers, timeout ?? self.timeout)
        } catch {
            throw self.sentence(for: error)
        }
    }

    package func models() throws(AdminClientError) -> AdminAnswer { try self.get("/admin/v1/models") }

    package func model(_ model: String) throws(AdminClientError) -> AdminAnswer {
        try self.get("/admin/v1/models/\(try Self.segment(model))")
    }

    /// Newest first. Nil `model` means all.
    package func audit(_ query: AuditQuery) throws(AdminClientError) -> AdminAnswer {
        var path = "/admin/v1/audit?limit=\(query.limit)"
        if let model = query.model { path += "&model=\(try Self.segment(model))" }
        if let before = query.before { path += "&before=\(before)" }
        return try self.get(path)
    }

    package func load(_ load: LoadRequest, _ context: ActionContext) throws(AdminClientError) -> AdminAnswer {
        var body = ActionBody(context)
        body.source = load.source
        body.version = load.version
        body.wait = load.waits
        // Big models take minutes to load and warm up.
        return try self.post("slots/\(load.slot.rawValue)/load", load.model, body, context, timeout: .seconds(3600))
    }

    package func unload(
        model: String,
        slot: Slot,
        _ context: ActionContext
    ) throws(AdminClientError) -> AdminAnswer {
        try self.post("slots/\(slot.rawValue)/unload", model, ActionBody(context), context)
    }

    package func promote(model: String, _ context: ActionContext) throws(AdminClientError) -> AdminAnswer {
        var body = ActionBody(context)
        body.verdict = context.verdict
        return try self.post("promote", model, body, context)
    }

    package func rollback(model: String, _ context: ActionContext) throws(AdminClientError) -> AdminAnswer {
        try self.post("rollback", model, ActionBody(context), context)
    }

    package func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) throws(AdminClientError) -> AdminAnswer {
        var body = ActionBody(context)
        body.shadow = change.shadow
        body.noise = change.noise
        body.reset = change.resets ? true : nil
        body.split = change.split?.share
        body.splitKey = change.split?.key
        body.splitSeed = change.split?.seed
        body.ramp = change.split?.ramp
        body.stepSeconds = change.split?.stepTime.map { $0 / 1_000_000 }
        return try self.post("traffic", model, body, context)
    }

    func get(_ path: String) throws(AdminClientError) -> AdminAnswer {
        try self.send("GET", path).checked()
    }

    private func post(
        _ action: String,
        _ model: String,
        _ body: ActionBody,
        _ context: ActionContext,
        timeout: Duration? = nil
    ) throws(AdminClientError) -> AdminAnswer {
        let path = "/admin/v1/models/\(try Self.segment(model))/\(action)"
        guard let json = try? JSONEncoder().encode(body) else { throw AdminClientError("the request has no JSON form") }
        // With a key the request can be repeated after a broken connection without acting twice.
        let headers = [
            "Teal-Actor": TerminalText.ascii(context.actor, limit: 128),
            "Idempotency-Key": context.idempotencyKey ?? UUID().uuidString,
        ]
        let text = String(decoding: json, as: UTF8.self)
        do {
            return try self.exchange("POST", path, text, headers, timeout ?? self.timeout).checked()
        } catch let failure as CurlExchange.Failure {
            guard failure == .interrupted else { throw self.sentence(for: failure) }
            return try self.send("POST", path, body: text, headers: headers, timeout: timeout).checked()
        } catch let error as AdminClientError {
            throw error
        } catch {
            throw AdminClientError("\(error)")
        }
    }

    func exchange(
        _ method: String,
        _ path: String,
        _ body: String?,
        _ headers: [String: String],
        _ timeout: Duration,
        answerLimit: Int = CurlExchange.answerLimit
    ) throws(CurlExchange.Failure) -> AdminAnswer {
        var fields = ["Accept": "application/json", "Expect": ""]
        if body != nil { fields["Content-Type"] = "application/json" }
        if let token { fields["Authorization"] = "Bearer \(token)" }
        fields.merge(headers) { _, given in given }
        let (seconds, attoseconds) = timeout.components
        let answer = try CurlExchange(
            method: method,
            url: self.address + path,
            headers: fields.map { name, value in value.isEmpty ? "\(name):" : "\(name): \(value)" },
            body: body.map { Array($0.utf8) },
            timeoutMilliseconds: Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000),
            answerLimit: answerLimit
        ).perform()
        return AdminAnswer(status: answer.status, headers: answer.headers, body: answer.body)
    }

    func sentence(for failure: CurlExchange.Failure) -> AdminClientError {
        let reach = "cannot reach the admin API at \(self.address)"
        return switch failure {
        case .refused: AdminClientError("\(reach): connection refused; is `teal serve` running?")
        case .unknownHost: AdminClientError("\(reach): unknown host")
        case .timedOut:
            AdminClientError(
                "the admin API at \(self.address) did not answer in time; `teal audit` shows what was done"
            )
        case .interrupted:
            AdminClientError("the admin API at \(self.address) hung up; `teal audit` shows what was done")
        case .tooLarge: AdminClientError("the admin API at \(self.address) sent more than this client takes")
        case .other(let what): AdminClientError("\(reach): \(what)")
        }
    }

    static func segment(_ model: String) throws(AdminClientError) -> String {
        guard let name = ModelName(model) else {
            throw AdminClientError("'\(TerminalText.clean(model, limit: 80))' is no model name: \(ModelName.rule)")
        }
        return name.description
    }
}

/// Body of the actions; nil fields are left out.
private struct ActionBody: Encodable {
    var source: String?
    var version: Int?
    var wait: Bool?
    var reason: String?
    var revision: Int64?
    var force: Bool?
    var waitForDrain: Bool?
    var shadow: Double?
    var noise: Double?
    var verdict: Int64?
    var reset: Bool?
    var split: Double?
    var splitKey: SplitKey?
    var splitSeed: Int64?
    var ramp: [Double]?
    var stepSeconds: Int64?

    init(_ context: ActionContext) {
        self.reason = context.reason
        self.revision = context.expectedRevision
        self.force = context.force ? true : nil
        self.waitForDrain = context.waitsForDrain ? true : nil
    }
}
