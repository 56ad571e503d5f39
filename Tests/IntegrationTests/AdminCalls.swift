import Admin
import ServingCore
import TestSupport

/// The admin API of a gateway process, called from threads of their own because the client blocks.
struct AdminCalls: Sendable {
    let client: AdminClient

    init(_ gateway: GatewayProcess) throws {
        self.client = try AdminClient(address: gateway.adminAddress)
    }

    /// Whatever the gate says: these tests are about what comes after.
    func promote(_ model: String, _ context: ActionContext = Self.context) async throws -> ActionReply {
        var forced = context
        forced.force = true
        return try await self.action { [forced] in try $0.promote(model: model, forced) }
    }

    func rollback(_ model: String, _ context: ActionContext = Self.context) async throws -> ActionReply {
        try await self.action { try $0.rollback(model: model, context) }
    }

    func load(_ request: LoadRequest, _ context: ActionContext = Self.context) async throws -> ActionReply {
        try await self.action { try $0.load(request, context) }
    }

    func unload(_ model: String, _ slot: Slot) async throws -> ActionReply {
        try await self.action { try $0.unload(model: model, slot: slot, Self.context) }
    }

    func status(_ model: String) async throws -> ModelStatus {
        let client = self.client
        return try await onThread { Result { try client.model(model).decode(ModelStatus.self) } }.get()
    }

    /// Newest first.
    func audit(_ model: String) async throws -> [AuditEntry] {
        struct Page: Decodable {
            var entries: [AuditEntry]
        }
        let client = self.client
        let query = AuditQuery(model: model, limit: 1_000)
        return try await onThread { Result { try client.audit(query).decode(Page.self) } }.get().entries
    }

    /// Value of one sample of `/metrics`, e.g. `teal_audit_rows`; nil when there is none.
    func metric(_ sample: String) async throws -> Double? {
        let client = self.client
        let page = try await onThread { Result { try client.send("GET", "/metrics") } }.get().text
        return page.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
            .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }

    static let context = ActionContext(actor: "tests", reason: "integration test")

    private func action(_ call: @escaping @Sendable (AdminClient) throws -> AdminAnswer) async throws -> ActionReply {
        let client = self.client
        return try await onThread { Result { try call(client).decode(ActionReply.self) } }.get()
    }
}
