import Dispatch
import Synchronization

/// Collects values that other threads deliver, and lets a test wait until there are enough.
package final class Outcomes<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    package init() {}

    package func deliver(_ value: Value) {
        self.values.withLock { $0.append(value) }
        self.arrivals.signal()
    }

    /// Everything delivered so far, in order of arrival.
    package var all: [Value] { self.values.withLock { $0 } }

    /// Waits for `count` more deliveries, at most ten seconds for each, and returns everything delivered so far.
    @discardableResult
    package func wait(for count: Int) -> [Value] {
        for _ in 0..<count {
            guard self.arrivals.wait(timeout: .now() + .seconds(10)) == .success else { break }
        }
        return self.all
    }
}
