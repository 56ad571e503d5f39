import NIOCore
import Testing
import Upstream

@Suite("ConnectionPool")
struct ConnectionPoolTests {
    private final class Connection {}

    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test("opens as many as it may and no more")
    func limit() {
        var pool = ConnectionPool<Connection>(limit: 2)
        #expect(pool.reserve() == true)
        #expect(pool.reserve() == true)
        #expect(pool.reserve() == false)
        #expect(!pool.hasRoom)
        pool.remove(Connection())
        #expect(pool.hasRoom)
        #expect(pool.reserve() == true)
        #expect(pool.open == 2)
    }

    @Test("the connection used last is taken first")
    func lastInFirstOut() {
        var pool = ConnectionPool<Connection>(limit: 2)
        let (one, two) = (Connection(), Connection())
        _ = (pool.reserve(), pool.reserve())
        pool.put(one, now: Self.now)
        pool.put(two, now: Self.now)
        #expect(pool.inUse == 0)
        #expect(pool.take() === two)
        #expect(pool.inUse == 1)
        #expect(pool.take() === one)
        #expect(pool.take() == nil)
        #expect(pool.open == 2)
    }

    @Test("a connection that goes while idle is not taken")
    func removed() {
        var pool = ConnectionPool<Connection>(limit: 2)
        let (one, two) = (Connection(), Connection())
        _ = (pool.reserve(), pool.reserve())
        pool.put(one, now: Self.now)
        pool.put(two, now: Self.now)
        pool.remove(two)
        #expect(pool.open == 1)
        #expect(pool.idleCount == 1)
        #expect(pool.take() === one)
    }

    @Test("the oldest idle connection is found once it is old enough")
    func oldest() {
        var pool = ConnectionPool<Connection>(limit: 2)
        let (one, two) = (Connection(), Connection())
        _ = (pool.reserve(), pool.reserve())
        pool.put(one, now: Self.now)
        pool.put(two, now: Self.now + .seconds(1))
        #expect(pool.oldest(before: Self.now - .nanoseconds(1)) == nil)
        #expect(pool.oldest(before: Self.now) === one)
        pool.remove(one)
        #expect(pool.oldest(before: Self.now) == nil)
        #expect(pool.oldest(before: Self.now + .seconds(1)) === two)
    }
}
