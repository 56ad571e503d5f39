import Synchronization
package import Upstream

/// What was asked of remote servers for clients whose requests had to be decoded, by version. Only grows. What is passed
/// on as it came is counted by each event loop, with the connections.
package final class RemoteCounts: Sendable {
    package struct Key: Hashable, Sendable {
        package let model: String
        package let version: Int

        package init(model: String, version: Int) {
            self.model = model
            self.version = version
        }
    }

    private let counts = Mutex<[Key: UpstreamCounters]>([:])

    package var all: [Key: UpstreamCounters] { self.counts.withLock { $0 } }

    func count(_ key: Key, _ change: (inout UpstreamCounters) -> Void) {
        self.counts.withLock { change(&$0[key, default: UpstreamCounters()]) }
    }
}
