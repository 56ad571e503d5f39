import Inference
import TestSupport
import Testing

@Suite("BatchQueue under random traffic")
struct BatchQueuePropertyTests {
    private struct Request {
        let number: Int
        let key: Int
        let rows: Int
        let deadline: UInt64?
    }

    @Test(
        "Nothing is lost or doubled, keys never mix, order holds within a key, sizes and times are respected",
        arguments: UInt64(1)...40
    )
    func conservation(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let size = Int.random(in: 1...8, using: &random)
        let delay = UInt64.random(in: 0...50, using: &random)
        let capacity = Int.random(in: 1...30, using: &random)
        let keys = (1...3).map { BatchQueueTests.key($0) }
        var queue = BatchQueue<Request>(
            limits: .init(maxBatchSize: size, maxQueueDelay: delay, maxQueuedRequests: capacity)
        )
        var now: UInt64 = 1000
        var waiting: [UInt64: Int] = [:]
        var arrivals: [Int: UInt64] = [:]
        var outstanding: Set<Int> = []
        var lastOfKey = [-1, -1, -1]

        for number in 0..<600 {
            now += UInt64.random(in: 0...20, using: &random)
            let request = Request(
                number: number,
                key: Int.random(in: 0..<3, using: &random),
                rows: Int.random(in: 1...(size + 2), using: &random),
                deadline: Bool.random(using: &random) ? now + UInt64.random(in: 1...100, using: &random) : nil
            )
            let identity = queue.enqueue(
                request,
                key: keys[request.key],
                rows: request.rows,
                now: now,
                deadline: request.deadline
            )
            #expect((identity == nil) == (outstanding.count == capacity))
            if let identity {
                waiting[identity] = number
                arrivals[number] = now
                outstanding.insert(number)
            }

            if Int.random(in: 0..<10, using: &random) == 0,
                let (identity, number) = waiting.sorted(by: { $0.key < $1.key }).randomElement(using: &random)
            {
                let cancelled = queue.cancel(identity)
                #expect((cancelled?.number == number) == outstanding.contains(number))
                outstanding.remove(number)
            }

            for expired in queue.expire(now: now) {
                #expect(outstanding.remove(expired.number) != nil)
                #expect((expired.deadline ?? .max) <= now)
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                guard let batch = queue.next(now: now).batch else { break }
                let rows = batch.reduce(0) { $0 + $1.rows }
                #expect(!batch.isEmpty)
                #expect(rows <= size || batch.count == 1)
                #expect(Set(batch.map(\.key)).count == 1)
                for request in batch {
                    #expect(outstanding.remove(request.number) != nil)
                    #expect(request.number > lastOfKey[request.key])
                    #expect((request.deadline ?? .max) > now)
                    lastOfKey[request.key] = request.number
                }
            }
            #expect(queue.count == outstanding.count)
            var copy = queue
            if let until = copy.next(now: now).waitsUntil {
                #expect(until > now)
                #expect(until <= (outstanding.compactMap { arrivals[$0] }.min() ?? 0) + delay)
            }
        }
        #expect(Set(queue.removeAll().map(\.number)) == outstanding)
    }
}
