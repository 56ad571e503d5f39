import Synchronization

/// A bounded queue from one event loop to the shadow threads. The loop never waits and takes no lock: a thread of low
/// priority could be interrupted while it holds one.
///
/// `@unchecked Sendable`: slots between head and tail belong to the consumer, all others to the producer.
final class RequestRing: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<MirroredRequest?>
    private let mask: Int
    /// Next to take; written by the consumer.
    private let head = Position()
    /// Next to fill; written by the producer.
    private let tail = Position()

    /// On a cache line of its own, so that the two sides do not take it from each other.
    private final class Position: Sendable {
        private let before: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
        let value = Atomic<Int>(0)
        private let after: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
    }

    /// Room for at least `capacity` requests.
    init(capacity: Int) {
        var size = 1
        while size < capacity { size *= 2 }
        self.mask = size - 1
        self.slots = .allocate(capacity: size)
        self.slots.initialize(repeating: nil, count: size)
    }

    deinit {
        self.slots.deinitialize(count: self.mask + 1)
        self.slots.deallocate()
    }

    /// False when there is no room. Called by the event loop alone.
    func push(_ request: MirroredRequest) -> Bool {
        let tail = self.tail.value.load(ordering: .relaxed)
        guard tail &- self.head.value.load(ordering: .acquiring) <= self.mask else { return false }
        self.slots[tail & self.mask] = request
        self.tail.value.store(tail &+ 1, ordering: .releasing)
        return true
    }

    /// For anyone; true also of a request that is just being pushed or taken.
    var isEmpty: Bool { self.head.value.load(ordering: .relaxed) == self.tail.value.load(ordering: .relaxed) }

    /// Nil when there is none. Called by one thread at a time, with a lock between them.
    func pop() -> MirroredRequest? {
        let head = self.head.value.load(ordering: .relaxed)
        guard head != self.tail.value.load(ordering: .acquiring) else { return nil }
        let request = self.slots[head & self.mask].take()
        self.head.value.store(head &+ 1, ordering: .releasing)
        return request
    }
}
