/// What a run of health checks says of an endpoint: one that succeeds makes it well, one that fails may be chance, a
/// second makes it ill.
package struct HealthVerdict: Sendable, Equatable {
    private static let failuresToIll = 2

    package private(set) var isHealthy = true
    private var failures = 0

    package init() {}

    package mutating func record(succeeded: Bool) {
        self.failures = succeeded ? 0 : min(self.failures + 1, Self.failuresToIll)
        self.isHealthy = succeeded || (self.isHealthy && self.failures < Self.failuresToIll)
    }
}
