import NIOCore
import NIOPosix
import Routing
import TestSupport
import Testing

@Suite struct EventLoopLocalTests {
    private final class Count {
        var value = 0
        let loop: any EventLoop
        init(_ loop: any EventLoop) { self.loop = loop }
    }

    @Test("Each loop has a value of its own, made on that loop")
    func ownValues() async throws {
        let group = TestThreads.twoLoops
        let local = try await EventLoopLocal(group: group) { loop in
            #expect(loop.inEventLoop)
            return Count(loop)
        }
        for loop in group.makeIterator() {
            try await loop.submit {
                #expect(local.value(on: loop)?.loop === loop)
                local.value(on: loop)?.value += 1
            }.get()
        }
        #expect(try await local.onEachLoop { $0.value } == [1, 1])
    }

    @Test("A loop of another group has no value")
    func foreignLoop() async throws {
        let local = try await EventLoopLocal(group: TestThreads.twoLoops) { Count($0) }
        let foreign = MultiThreadedEventLoopGroup.singleton.next()
        #expect(try await foreign.submit { local.value(on: foreign) == nil }.get())
    }
}
