import HTTP1
package import NIOCore
import ServingCore

/// Asks each endpoint of a backend now and then whether it can answer, on one loop, and publishes the result to all.
/// Goes on until it is let go of.
package final class HealthChecks: Sendable {
    private let checks: NIOLoopBoundBox<[EndpointCheck]?>

    /// Nil when the backend's configuration asks for no checks.
    ///
    /// - Parameter loop: none of the data plane's.
    package init?(_ backend: Backend, on loop: any EventLoop, seed: UInt64) {
        guard let health = backend.configuration.health,
            let route = UpstreamRoute(.get, path: health.path, configuration: backend.configuration)
        else { return nil }
        let checks = NIOLoopBoundBox.makeEmptyBox(valueType: [EndpointCheck].self, eventLoop: loop)
        self.checks = checks
        loop.execute {
            checks.value = backend.endpoints.map { endpoint in
                let check = EndpointCheck(
                    backend,
                    endpoint,
                    health,
                    route,
                    on: loop,
                    seed: seed &+ UInt64(endpoint.index)
                )
                check.run()
                return check
            }
        }
    }
}

/// The checks of one endpoint.
private final class EndpointCheck: UpstreamExchange {
    private let endpoint: Endpoint
    private let health: BackendConfiguration.Health
    private let route: UpstreamRoute
    private let loop: any EventLoop
    private let upstream: LoopBackend
    private var random: LoopRandom
    private var verdict = HealthVerdict()
    private var status = 0

    init(
        _ backend: Backend,
        _ endpoint: Endpoint,
        _ health: BackendConfiguration.Health,
        _ route: UpstreamRoute,
        on loop: any EventLoop,
        seed: UInt64
    ) {
        self.endpoint = endpoint
        self.health = health
        self.route = route
        self.loop = loop
        self.random = LoopRandom(seed: seed)
        var configuration = backend.configuration
        configuration.timeouts.connect = min(configuration.timeouts.connect, health.timeout)
        configuration.timeouts.firstByte = health.timeout
        configuration.timeouts.idle = health.timeout
        configuration.timeouts.total = health.timeout
        configuration.timeouts.stream = health.timeout
        configuration.pool.connections = 1
        configuration.pool.pending = 0
        // Checks go on however often they fail.
        configuration.breaker.failures = .max
        configuration.answerBytes = 1 << 20
        self.upstream = LoopBackend(
            backend,
            on: loop,
            seed: seed,
            connector: nil,
            endpoints: [endpoint],
            configuration: configuration
        )
    }

    func run() {
        self.status = 0
        let request = UpstreamRequest(self.route, isIdempotent: true)
        _ = self.upstream.send(request, to: self, now: self.loop.now)
    }

    func upstream(head: ResponseHead) { self.status = head.status }

    func upstream(body: ByteBuffer) {}

    func upstreamReadComplete() {}

    func upstreamEnd() { self.conclude(succeeded: (200..<300).contains(self.status)) }

    func upstreamFailed(_ failure: UpstreamFailure) { self.conclude(succeeded: false) }

    private func conclude(succeeded: Bool) {
        self.verdict.record(succeeded: succeeded)
        self.endpoint.publish(isHealthy: self.verdict.isHealthy)
        // Up to a tenth off, so that many gateways do not ask all at once.
        let share = Double.random(in: 0.9...1.1, using: &self.random)
        let delay = TimeAmount.nanoseconds(Int64(clamping: UInt64(share * Double(min(self.health.interval, 1 << 60)))))
        let next = NIOLoopBound(Weak(check: self), eventLoop: self.loop)
        self.loop.scheduleTask(in: delay) { next.value.check?.run() }
    }

    private struct Weak {
        weak var check: EndpointCheck?
    }
}
