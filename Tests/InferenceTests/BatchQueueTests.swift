import Inference
import ServingCore
import TestSupport
import Testing

@Suite("BatchQueue")
struct BatchQueueTests {
    private static func queue(size: Int, delay: UInt64 = 0, capacity: Int = 100) -> BatchQueue<String> {
        BatchQueue(limits: .init(maxBatchSize: size, maxQueueDelay: delay, maxQueuedRequests: capacity))
    }

    @Test("An empty queue is idle")
    func empty() {
        var queue = Self.queue(size: 4, delay: 10)
        #expect(queue.next(now: 0).isIdle)
    }

    @Test("With batching off every request runs alone, at once, in order")
    func batchingOff() {
        var queue = Self.queue(size: 1)
        for name in ["a", "b", "c"] { _ = queue.enqueue(name, key: .any, rows: 1, now: 5, deadline: nil) }
        #expect(queue.next(now: 5).batch == ["a"])
        #expect(queue.next(now: 5).batch == ["b"])
        #expect(queue.next(now: 5).batch == ["c"])
        #expect(queue.next(now: 5).isIdle)
    }

    @Test("A full batch runs before its delay is over")
    func fullBatch() {
        var queue = Self.queue(size: 3, delay: 1000)
        for name in ["a", "b"] { _ = queue.enqueue(name, key: .any, rows: 1, now: 0, deadline: nil) }
        #expect(queue.next(now: 1).waitsUntil == 1000)
        _ = queue.enqueue("c", key: .any, rows: 1, now: 2, deadline: nil)
        #expect(queue.next(now: 2).batch == ["a", "b", "c"])
    }

    @Test("An incomplete batch runs when its oldest request has waited the delay")
    func delayPasses() {
        var queue = Self.queue(size: 8, delay: 100)
        _ = queue.enqueue("a", key: .any, rows: 1, now: 50, deadline: nil)
        _ = queue.enqueue("b", key: .any, rows: 1, now: 140, deadline: nil)
        #expect(queue.next(now: 149).waitsUntil == 150)
        #expect(queue.next(now: 150).batch == ["a", "b"])
    }

    @Test("Rows, not requests, fill a batch, and the one that does not fit waits")
    func rowsCount() {
        var queue = Self.queue(size: 4, delay: 100)
        _ = queue.enqueue("three", key: .any, rows: 3, now: 0, deadline: nil)
        _ = queue.enqueue("two", key: .any, rows: 2, now: 0, deadline: nil)
        _ = queue.enqueue("one", key: .any, rows: 1, now: 0, deadline: nil)
        #expect(queue.next(now: 1).batch == ["three"])
        #expect(queue.next(now: 100).batch == ["two", "one"])
    }

    @Test("A request larger than the batch runs alone at once")
    func oversized() {
        var queue = Self.queue(size: 4, delay: 100)
        _ = queue.enqueue("huge", key: .any, rows: 9, now: 0, deadline: nil)
        _ = queue.enqueue("small", key: .any, rows: 1, now: 0, deadline: nil)
        #expect(queue.next(now: 0).batch == ["huge"])
        #expect(queue.next(now: 0).waitsUntil == 100)
    }

    @Test("Requests of different keys never share a batch, and the others keep their order")
    func keysApart() {
        var queue = Self.queue(size: 2, delay: 100)
        let narrow = Self.key(2)
        let wide = Self.key(3)
        _ = queue.enqueue("n1", key: narrow, rows: 1, now: 0, deadline: nil)
        _ = queue.enqueue("w1", key: wide, rows: 1, now: 1, deadline: nil)
        _ = queue.enqueue("n2", key: narrow, rows: 1, now: 2, deadline: nil)
        _ = queue.enqueue("w2", key: wide, rows: 1, now: 3, deadline: nil)
        #expect(queue.next(now: 3).batch == ["n1", "n2"])
        #expect(queue.next(now: 3).batch == ["w1", "w2"])
    }

    @Test("A full queue takes nothing more until something leaves")
    func full() {
        var queue = Self.queue(size: 1, capacity: 2)
        func offer(_ name: String) -> Bool {
            queue.enqueue(name, key: .any, rows: 1, now: 0, deadline: nil) != nil
        }
        #expect([offer("a"), offer("b"), offer("c")] == [true, true, false])
        _ = queue.next(now: 0)
        #expect([offer("c"), offer("d")] == [true, false])
    }

    @Test("Expired requests leave and are named; the others stay")
    func expiry() {
        var queue = Self.queue(size: 4, delay: 1000)
        _ = queue.enqueue("never", key: .any, rows: 1, now: 0, deadline: nil)
        _ = queue.enqueue("soon", key: .any, rows: 1, now: 0, deadline: 10)
        _ = queue.enqueue("later", key: .any, rows: 1, now: 0, deadline: 20)
        #expect(queue.expire(now: 9).isEmpty)
        #expect(queue.expire(now: 10) == ["soon"])
        #expect(queue.expire(now: 10).isEmpty)
        #expect(queue.expire(now: 25) == ["later"])
        #expect(queue.count == 1)
    }

    @Test("A worker that waits for a batch wakes for a deadline before it")
    func wakesForDeadline() {
        var queue = Self.queue(size: 4, delay: 1000)
        _ = queue.enqueue("a", key: .any, rows: 1, now: 0, deadline: nil)
        _ = queue.enqueue("b", key: .any, rows: 1, now: 0, deadline: 300)
        #expect(queue.next(now: 1).waitsUntil == 300)
    }

    @Test("A cancelled request leaves once, and is not in a batch")
    func cancel() throws {
        var queue = Self.queue(size: 3)
        _ = queue.enqueue("a", key: .any, rows: 1, now: 0, deadline: nil)
        let accepted = queue.enqueue("b", key: .any, rows: 1, now: 0, deadline: nil)
        let b = try #require(accepted)
        _ = queue.enqueue("c", key: .any, rows: 1, now: 0, deadline: nil)
        #expect(queue.cancel(b) == "b")
        #expect(queue.cancel(b) == nil)
        #expect(queue.next(now: 0).batch == ["a", "c"])
    }

    @Test("Cancelling what runs already finds nothing")
    func cancelRunning() throws {
        var queue = Self.queue(size: 1)
        let accepted = queue.enqueue("a", key: .any, rows: 1, now: 0, deadline: nil)
        let a = try #require(accepted)
        _ = queue.next(now: 0)
        #expect(queue.cancel(a) == nil)
    }

    @Test("A delay so long that the clock would overflow is not a trap")
    func hugeDelay() {
        var queue = Self.queue(size: 2, delay: .max)
        _ = queue.enqueue("a", key: .any, rows: 1, now: 5, deadline: nil)
        #expect(queue.next(now: 6).waitsUntil == .max)
    }

    @Test("Emptying gives back everything in order")
    func removeAll() {
        var queue = Self.queue(size: 2, delay: 10)
        for name in ["a", "b", "c"] { _ = queue.enqueue(name, key: .any, rows: 1, now: 0, deadline: 5) }
        #expect(queue.removeAll() == ["a", "b", "c"])
        #expect(queue.next(now: 0).isIdle)
    }

    static func key(_ width: Int) -> BatchKey {
        let input = Tensor.of(.int8, [Int8](repeating: 0, count: width), shape: [1, Int64(width)])
        return BatchKey.make(inputs: [input], outputs: nil)?.key ?? .any
    }
}

extension BatchQueue.Decision {
    var batch: [Payload]? { if case .run(let batch) = self { batch } else { nil } }
    var waitsUntil: UInt64? { if case .wait(let until) = self { until } else { nil } }
    var isIdle: Bool { if case .idle = self { true } else { false } }
}
