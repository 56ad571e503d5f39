package import ServingCore
import Synchronization

/// A sink that keeps the pairs it is given, in the order they came.
package final class CollectedPairs: PairSink {
    private let taken = Mutex<[Pair]>([])

    package init() {}

    package var pairs: [Pair] { self.taken.withLock { $0 } }

    package func accept(_ pair: Pair) { self.taken.withLock { $0.append(pair) } }
}
