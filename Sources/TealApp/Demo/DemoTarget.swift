package import NIOCore
package import Promotion
package import ServingCore

/// The gateway the demo is told about: where it answers and how it is told what to do.
package protocol DemoTarget: Sendable {
    var inferenceAddress: SocketAddress { get }
    var adminAddress: SocketAddress { get }
    var control: any ModelControl { get }
    var desk: any GateDesk { get }
    /// The gateway's own books at this moment.
    func laws() async -> [DemoLaw]
}

/// A gateway the demo starts and stops itself.
package protocol DemoGateway: DemoTarget {
    /// Serves until it is told to stop, by `shutDown` or by a signal. Throws when it cannot start.
    func run() async throws
    /// Returns when the addresses are known and every model that starts has been loaded. Throws when its task is
    /// cancelled, which is what happens when `run` ends before.
    func waitUntilReady() async throws
    /// Makes `run` return.
    func shutDown() async
}

/// One conservation law: two sides that must be equal, and whether they were.
package struct DemoLaw: Sendable, Equatable {
    /// The law with its figures, e.g. `accepted 9 = answered 9 + client_abort 0 + shed 0`.
    package var text: String
    package var holds: Bool

    package init(_ text: String, holds: Bool) {
        self.text = text
        self.holds = holds
    }
}
