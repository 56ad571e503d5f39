package import Comparison
package import ServingCore

/// The one shape of every error: `{"error": {"code", "message", "currentRevision"?, "details"?}}`.
package struct ErrorDocument: Sendable, Codable, Equatable {
    package struct Content: Sendable, Codable, Equatable {
        /// Stable; one of `ControlError.Code` or of the transport's own.
        package var code: String
        package var message: String
        package var currentRevision: Int64?
        package var details: [String]?
    }

    package var error: Content

    init(code: String, message: String) {
        self.error = Content(code: code, message: message)
    }
}

/// `GET /admin/v1/models`.
package struct ModelsDocument: Sendable, Codable, Equatable {
    package var models: [ModelStatus]
}

/// `GET /admin/v1/audit`: newest first; `next` is the `before` of the following page, nil on the last.
package struct AuditDocument: Sendable, Codable, Equatable {
    package var entries: [AuditEntry]
    package var next: Int64?
}

/// `GET /admin/v1/models/{model}/comparators`: how the release's outputs are compared, in declared order; empty until that
/// is chosen.
package struct ComparatorsDocument: Sendable, Codable, Equatable {
    package var release: Release
    package var outputs: [OutputPlan]

    package init(release: Release, outputs: [OutputPlan]) {
        self.release = release
        self.outputs = outputs
    }
}

/// `GET /admin/v1/info`.
package struct InfoDocument: Sendable, Codable, Equatable {
    package var name: String
    package var version: String
    package var onnxRuntime: String
    /// ISO 8601, UTC.
    package var started: String
    package var uptimeSeconds: Double
}

/// `GET /readyz`; `reasons` is empty when ready.
package struct ReadinessDocument: Sendable, Codable, Equatable {
    package var ready: Bool
    package var reasons: [String]
}
