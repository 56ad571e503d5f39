/// What the gateway says about itself under `/admin/v1/info`.
package struct AdminInfo: Sendable {
    package var name: String
    package var version: String
    package var onnxRuntimeVersion: String
    /// Microseconds since 1970.
    package var startedAt: Int64
    /// Not moved by changes of the wall clock.
    private let started = ContinuousClock.now

    package init(name: String = "teal", version: String, onnxRuntimeVersion: String, startedAt: Int64) {
        self.name = name
        self.version = version
        self.onnxRuntimeVersion = onnxRuntimeVersion
        self.startedAt = startedAt
    }

    var uptimeSeconds: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - self.started).components
        return Double(seconds) + (Double(attoseconds) / 1e15).rounded() / 1000
    }
}
