package import HTTP1
package import ServingCore

/// How the data plane behaves, beyond what models say of themselves.
package struct GatewayOptions: Sendable {
    package var limits: HTTPLimits
    package var overload = OverloadLimits()
    /// Shown in the server metadata.
    package var name: String
    package var version: String
    /// Load and unload through the V2 repository routes; off, because this port has no authentication.
    package var repositoryControl: Bool
    /// Answer 400 instead of 503 for what is not ready, as Triton does.
    package var tritonStatus: Bool
    package var control: any ModelControl
    /// When the gateway was started, seconds since 1970: a model's date in OpenAI's list of models.
    package var startedAt: Int64

    package init(
        limits: HTTPLimits = HTTPLimits(),
        name: String = "teal",
        version: String,
        repositoryControl: Bool = false,
        tritonStatus: Bool = false,
        control: any ModelControl,
        startedAt: Int64 = 0
    ) {
        self.limits = limits
        self.name = name
        self.version = version
        self.repositoryControl = repositoryControl
        self.tritonStatus = tritonStatus
        self.control = control
        self.startedAt = startedAt
    }
}
