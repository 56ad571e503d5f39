import Dispatch

/// Holds threads back until a test opens it; stays open. A thread that is not let through within ten seconds goes on,
/// so that a broken test fails instead of hanging.
package final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    package func open() { self.semaphore.signal() }

    /// False if nobody opened the gate in time.
    @discardableResult
    package func pass() -> Bool {
        guard self.semaphore.wait(timeout: .now() + .seconds(10)) == .success else { return false }
        self.semaphore.signal()
        return true
    }
}
