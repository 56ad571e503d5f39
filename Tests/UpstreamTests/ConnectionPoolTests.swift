import NIOCore
import Testing
import Upstream

@Suite("ConnectionPool")
struct ConnectionPoolTests {
    private final class Connection {}

    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private static let later = Self.now + .seconds(1)

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
        pool.put(one, until: Self.later)
        pool.put(two, until: Self.later)
        #expect(pool.inUse == 0)
        #expect(pool.take(now: Self.now) === two)
        #expect(pool.inUse == 1)
        #expect(pool.take(now: Self.now) === one)
        #expect(pool.take(now: Self.now) == nil)
        #expect(pool.open == 2)
    }

    @Test("a connection that goes while idle is not taken")
    func removed() {
        var pool = ConnectionPool<Connection>(limit: 2)
        let (one, two) = (Connection(), Connection())
        _ = (pool.reserve(), pool.reserve())
        pool.put(one, until: Self.later)
        pool.put(two, until: Self.later)
        pool.remove(two)
        #expect(pool.open == 1)
        #expect(pool.idleCount == 1)
        #expect(pool.take(now: Self.now) === one)
    }

    @Test("each idle connection is found once its time is up, whichever was used last")
    func expired() {
        var pool = ConnectionPool<Connection>(limit: 2)
        let (one, two) = (Connection(), Connection())
        _ = (pool.reserve(), pool.reserve())
        pool.put(one, until: Self.later)
        pool.put(two, until: Self.now)
        #expect(pool.expired(now: Self.now - .nanoseconds(1)) == nil)
        #expect(pool.expired(now: Self.now) === two)
        pool.remove(two)
        #expect(pool.expired(now: Self.now) == nil)
        #expect(pool.expired(now: Self.later) === one)
    }

    @Test("a connection whose time is up is not taken, but makes room")
    func tooOld() {
        var pool = ConnectionPool<Connection>(limit: 2)
        let (one, two) = (Connection(), Connection())
        _ = (pool.reserve(), pool.reserve())
        pool.put(one, until: Self.later)
        pool.put(two, until: Self.now)
        #expect(pool.take(now: Self.now) === one)
        #expect(pool.take(now: Self.now) == nil)
        #expect(pool.takeOldest() === two)
        #expect(pool.takeOldest() == nil)
    }
}
