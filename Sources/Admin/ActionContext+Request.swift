import Hummingbird
import ServingCore

extension ActionContext {
    /// Who, why and on which condition, from the head and the body of a request.
    init(_ request: Request, _ fields: BodyFields) throws(ControlError) {
        self.init(
            actor: try Self.header("Teal-Actor", of: request, limit: 128) ?? "anonymous",
            reason: try fields.text("reason", limit: 1000),
            expectedRevision: try fields.integer("revision", in: 0...Int64.max),
            idempotencyKey: try Self.header("Idempotency-Key", of: request, limit: 255),
            force: try fields.boolean("force") ?? false,
            waitsForDrain: try fields.boolean("waitForDrain") ?? false
        )
        if let match = try Self.header("If-Match", of: request, limit: 32) {
            guard match.count > 2, match.hasPrefix("\""), match.hasSuffix("\""),
                let revision = Int64(match.dropFirst().dropLast()), revision >= 0
            else { throw ControlError(.invalidRequest, "If-Match must be one revision in quotes, e.g. \"12\"") }
            guard self.expectedRevision == nil || self.expectedRevision == revision else {
                throw ControlError(.invalidRequest, "If-Match and field 'revision' name different revisions")
            }
            self.expectedRevision = revision
        }
        guard !self.force || self.reason != nil else {
            throw ControlError(.invalidRequest, "field 'reason' is required with 'force'")
        }
    }

    private static func header(_ name: String, of request: Request, limit: Int) throws(ControlError) -> String? {
        guard let value = request.headers.value(name), !value.isEmpty else { return nil }
        guard value.utf8.count <= limit, value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw ControlError(.invalidRequest, "header \(name) must be at most \(limit) printable ASCII characters")
        }
        return value
    }
}
