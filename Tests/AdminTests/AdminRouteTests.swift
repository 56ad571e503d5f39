import Admin
import Foundation
import ServingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct AdminRouteTests {
    @Test("models are listed")
    func models() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", "/admin/v1/models")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
            #expect(try answer.decode(ModelsDocument.self).models == [.sample()])
        }
    }

    @Test("a model is shown with its revision as entity tag")
    func model() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", "/admin/v1/models/digits")
            #expect(try answer.decode(ModelStatus.self) == .sample())
            #expect(answer.headers["etag"] == "\"12\"")
        }
    }

    @Test("an unknown model is 404, an impossible name 400", arguments: [("nobody", 404), ("..%2f", 400), ("A", 400)])
    func unknownModel(_ name: String, _ status: Int) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", "/admin/v1/models/\(name)")
            #expect(answer.status == status)
            #expect(answer.error?.code == (status == 404 ? "not_found" : "invalid_request"))
        }
    }

    @Test("a load passes on everything it was given")
    func load() async throws {
        try await AdminFixture.run { admin in
            let body = #"{"source":"other/models","version":3,"wait":true,"force":true,"reason":"why","revision":12}"#
            let headers = ["Teal-Actor": "ada@lab", "Idempotency-Key": "k-1"]
            let answer = try await admin.send(
                "POST",
                "/admin/v1/models/digits/slots/green/load",
                body,
                headers: headers
            )
            #expect(answer.status == 200)
            #expect(answer.headers["etag"] == "\"12\"")
            let reply = try answer.decode(ActionReply.self)
            #expect(reply.action == "load" && reply.audit == 1 && reply.status == .sample())
            let load = LoadRequest(model: "digits", slot: .green, source: "other/models", version: 3)
            var context = ActionContext(actor: "ada@lab", reason: "why", expectedRevision: 12)
            context.idempotencyKey = "k-1"
            context.force = true
            #expect(await admin.control.calls == [.load(load, context)])
        }
    }

    @Test("a load without a body asks for the newest version and waits")
    func loadDefaults() async throws {
        try await AdminFixture.run { admin in
            let headers = ["Content-Type": "application/json"]
            let answer = try await admin.send("POST", "/admin/v1/models/digits/slots/blue/load", headers: headers)
            #expect(answer.status == 200)
            let load = LoadRequest(model: "digits", slot: .blue, waits: true)
            #expect(await admin.control.calls == [.load(load, ActionContext(actor: "anonymous"))])
        }
    }

    @Test("a load that does not wait is 202")
    func loadWithoutWaiting() async throws {
        try await AdminFixture.run { admin in
            let path = "/admin/v1/models/digits/slots/blue/load"
            let answer = try await admin.send("POST", path, #"{"wait":false}"#)
            #expect(answer.status == 202)
            #expect(await admin.control.calls.count == 1)
        }
    }

    @Test("unload, promote and rollback reach the model control")
    func actions() async throws {
        try await AdminFixture.run { admin in
            let unload = try await admin.send("POST", "/admin/v1/models/digits/slots/green/unload", #"{"reason":"a"}"#)
            let promote = try await admin.send(
                "POST",
                "/admin/v1/models/digits/promote",
                #"{"reason":"b","force":true,"waitForDrain":true}"#,
                headers: ["If-Match": "\"12\""]
            )
            let rollback = try await admin.send("POST", "/admin/v1/models/digits/rollback", #"{"revision":12}"#)
            #expect(unload.status == 200 && promote.status == 200 && rollback.status == 200)
            #expect(try promote.decode(ActionReply.self).cutoverMicroseconds == 312.5)
            var forced = ActionContext(actor: "anonymous", reason: "b", expectedRevision: 12, force: true)
            forced.waitsForDrain = true
            #expect(
                await admin.control.calls == [
                    .unload("digits", .green, ActionContext(actor: "anonymous", reason: "a")),
                    .promote("digits", forced),
                    .rollback("digits", ActionContext(actor: "anonymous", expectedRevision: 12)),
                ]
            )
        }
    }

    @Test("new shares of traffic reach the model control, with what they depend on")
    func traffic() async throws {
        try await AdminFixture.run { admin in
            let path = "/admin/v1/models/digits/traffic"
            let answer = try await admin.send(
                "POST",
                path,
                #"{"shadow":0.5,"noise":0,"reason":"why"}"#,
                headers: ["If-Match": "\"12\"", "Idempotency-Key": "k", "Teal-Actor": "ada@lab"]
            )
            #expect(answer.status == 200 && answer.headers["etag"] == "\"12\"")
            #expect(try answer.decode(ActionReply.self).action == "traffic")
            _ = try await admin.send("POST", path, #"{"noise":1}"#)
            _ = try await admin.send("POST", path, #"{"reset":true}"#)
            var context = ActionContext(actor: "ada@lab", reason: "why", expectedRevision: 12)
            context.idempotencyKey = "k"
            #expect(
                await admin.control.calls == [
                    .traffic("digits", TrafficChange(shadow: 0.5, noise: 0), context),
                    .traffic("digits", TrafficChange(noise: 1), ActionContext(actor: "anonymous")),
                    .traffic("digits", TrafficChange(resets: true), ActionContext(actor: "anonymous")),
                ]
            )
            #expect(admin.acknowledged.value == 3)
            let unknown = try await admin.send("POST", "/admin/v1/models/nobody/traffic", #"{"noise":1}"#)
            #expect(unknown.status == 404)
        }
    }

    @Test("acknowledged changes are counted once, repetitions and failures not")
    func acknowledged() async throws {
        try await AdminFixture.run { admin in
            _ = try await admin.send("POST", "/admin/v1/models/digits/promote", "{}")
            _ = try await admin.send("POST", "/admin/v1/models/nobody/promote", "{}")
            await admin.control.replay(true)
            let repeated = try await admin.send("POST", "/admin/v1/models/digits/promote", "{}")
            #expect(try repeated.decode(ActionReply.self).replayed)
            #expect(admin.acknowledged.value == 1)
        }
    }

    @Test("the audit log comes in pages and can be filtered")
    func audit() async throws {
        try await AdminFixture.run { admin in
            for revision: Int64 in 1...3 {
                _ = try await admin.store.commit(.sample(.sample("digits", revision: revision)))
                _ = try await admin.store.commit(.sample(.sample("sentiment", revision: revision)))
            }
            let first = try await admin.send("GET", "/admin/v1/audit?limit=4").decode(AuditDocument.self)
            #expect(first.entries.map(\.id) == [6, 5, 4, 3])
            #expect(first.next == 3)
            let second = try await admin.send("GET", "/admin/v1/audit?limit=4&before=3").decode(AuditDocument.self)
            #expect(second.entries.map(\.id) == [2, 1])
            #expect(second.next == nil)
            let model = try await admin.send("GET", "/admin/v1/audit?model=digits&before=").decode(AuditDocument.self)
            #expect(model.entries.map(\.id) == [5, 3, 1])
        }
    }

    @Test("the audit log is 503 while the store is away")
    func auditUnavailable() async throws {
        try await AdminFixture.run { admin in
            admin.store.fail([.audit], with: .unavailable("control.db is locked"))
            let answer = try await admin.send("GET", "/admin/v1/audit")
            #expect(answer.status == 503)
            #expect(answer.error?.code == "store_unavailable")
            #expect(answer.error?.message == "control.db is locked")
            #expect(answer.headers["retry-after"] == "1")
        }
    }

    @Test("info, metrics and probes answer")
    func system() async throws {
        try await AdminFixture.run { admin in
            let info = try await admin.send("GET", "/admin/v1/info").decode(InfoDocument.self)
            #expect([info.name, info.version, info.onnxRuntime] == ["teal", "1.2.3", "1.32.0"])
            #expect(info.started == "2023-11-14T22:13:20Z" && info.uptimeSeconds >= 0)
            let metrics = try await admin.send("GET", "/metrics")
            #expect(metrics.text == "teal_up 1\n")
            #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(try await admin.send("GET", "/livez").status == 200)
            #expect(try await admin.send("GET", "/readyz").decode(ReadinessDocument.self).ready)
        }
    }

    @Test("a gateway that is not ready says why with 503")
    func notReady() async throws {
        try await AdminFixture.run(reasons: ["digits: no live slot"]) { admin in
            let answer = try await admin.send("GET", "/readyz")
            #expect(answer.status == 503)
            #expect(try answer.decode(ReadinessDocument.self).reasons == ["digits: no live slot"])
            #expect(try await admin.send("GET", "/livez").status == 200)
        }
    }

    @Test("HEAD answers like GET without a body")
    func head() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("HEAD", "/admin/v1/models")
            #expect(answer.status == 200 && answer.body.isEmpty)
        }
    }
}
