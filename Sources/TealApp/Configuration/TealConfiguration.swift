package import Gateway
package import HTTP1
package import Logging
package import SystemPackage

/// Everything a gateway process is told at its start. Made by `ConfigurationReader`, or directly in tests.
package struct TealConfiguration: Sendable {
    package var models: FilePath = "models"
    /// Where `control.db` and `captures.db` live.
    package var data: FilePath = ".teal"
    /// ONNX Runtime's shared library; nil looks in the usual places.
    package var onnxRuntime: FilePath?
    /// Event loops of the data plane; nil means one per core.
    package var threads: Int?
    package var httpHost = "0.0.0.0"
    package var httpPort = 8000
    package var limits = HTTPLimits()
    package var overload = OverloadLimits()
    package var repositoryControl = false
    package var tritonStatus = false
    /// Captured pairs are kept this long...
    package var captureAge = Duration.seconds(7 * 24 * 60 * 60)
    /// ...and no more than fit in this many bytes.
    package var captureBytes: Int64 = 2 << 30
    package var search = SearchConfiguration()
    package var adminHost = "127.0.0.1"
    package var adminPort = 8002
    package var adminToken: String?
    /// Where events of the gate are posted to.
    package var webhooks: [String] = []
    /// Key of the webhooks' signature; nil: they are not signed.
    package var webhookSecret: String?
    /// How long requests that run may take to finish when the gateway is told to stop.
    package var drainLimit = Duration.seconds(30)
    package var logLevel = Logger.Level.info

    package init() {}
}

/// A configuration that cannot be used, in one line that names the key.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
