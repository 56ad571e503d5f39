import NIOCore
package import Remote
import ServingCore
import Slots
package import Upstream

/// One event loop's connections to remote servers, and what it counted of them. They outlive generations; what was counted
/// outlives them. Lives on its loop.
package final class LoopUpstreams {
    /// Whose requests are counted.
    package typealias Key = RemoteCounts.Key

    private struct Entry {
        let key: Key
        let upstream: LoopBackend
    }

    private let loop: (any EventLoop)?
    private var entries: [ObjectIdentifier: Entry] = [:]
    /// Of versions that are loaded no more, as long as requests to them are on their way.
    private var leaving: [Entry] = []
    private var past: [Key: UpstreamCounters] = [:]

    init(on loop: (any EventLoop)?) {
        self.loop = loop
    }

    /// Nil for a version that is not remote, and without a loop.
    func upstream(of model: LoadedModel) -> LoopBackend? {
        guard let backend = model.remote?.backend, let loop = self.loop else { return nil }
        if let known = self.entries[ObjectIdentifier(backend)] { return known.upstream }
        let upstream = LoopBackend(backend, on: loop, seed: UInt64.random(in: .min ... .max))
        let key = Key(model: model.model.description, version: model.version)
        self.entries[ObjectIdentifier(backend)] = Entry(key: key, upstream: upstream)
        return upstream
    }

    /// Gives up those to all other versions.
    func keep(only models: [LoadedModel]) {
        let used = Set(models.compactMap { $0.remote.map { ObjectIdentifier($0.backend) } })
        self.leaving += self.entries.filter { !used.contains($0.key) }.values
        self.entries = self.entries.filter { used.contains($0.key) }
        for entry in self.leaving where entry.upstream.counters.isSettled {
            self.past[entry.key, default: UpstreamCounters()].merge(entry.upstream.counters)
        }
        self.leaving.removeAll(where: \.upstream.counters.isSettled)
    }

    /// What this loop counted of live requests, by version; grows only.
    package var counters: [Key: UpstreamCounters] {
        var sum = self.past
        for entry in self.leaving + Array(self.entries.values) {
            sum[entry.key, default: UpstreamCounters()].merge(entry.upstream.counters)
        }
        return sum
    }
}
