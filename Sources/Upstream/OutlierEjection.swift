package import NIOCore

/// Leaves an endpoint out of the choice while others answer better. Pure: time is passed in. Unlike a breaker it never
/// stops the last endpoint: whoever chooses may fall back on the ejected.
package struct OutlierEjection: Sendable, Equatable {
    private static let base = TimeAmount.seconds(30)
    private static let most = TimeAmount.seconds(300)
    /// One ejection is forgotten after each such time of good behaviour.
    private static let memory = TimeAmount.seconds(10)

    private let threshold: Int
    private var failures = 0
    private var ejections: Int64 = 0
    private var until: NIODeadline?
    private var forgetAt = NIODeadline.distantFuture

    /// - Parameter failures: so many in a row eject.
    package init(failures: Int) {
        self.threshold = failures
    }

    package func isEjected(now: NIODeadline) -> Bool {
        guard let until = self.until else { return false }
        return now < until
    }

    package mutating func succeeded(now: NIODeadline) {
        self.failures = 0
        guard self.ejections > 0, now >= self.forgetAt, !self.isEjected(now: now) else { return }
        self.ejections -= 1
        self.forgetAt = now + Self.memory
    }

    /// - Parameter mayEject: enough others are left.
    /// - Returns: true when it is ejected by this failure.
    package mutating func failed(now: NIODeadline, mayEject: Bool) -> Bool {
        self.failures += 1
        guard self.failures >= self.threshold, mayEject, !self.isEjected(now: now) else { return false }
        self.failures = 0
        self.ejections += 1
        let length = min(Self.most, Self.base * self.ejections)
        self.until = now + length
        self.forgetAt = now + length + Self.memory
        return true
    }
}
