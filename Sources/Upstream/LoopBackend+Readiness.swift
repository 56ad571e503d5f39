package import NIOCore

extension LoopBackend {
    /// A request sent now would be given to an endpoint that is believed to answer, as far as this loop knows. True again
    /// once a circuit's time is up: only a request can find out whether the endpoint works again.
    package func mayBeAsked(now: NIODeadline) -> Bool {
        self.endpoints.contains { $0.shared.isHealthy && $0.admits(now: now) }
    }
}
