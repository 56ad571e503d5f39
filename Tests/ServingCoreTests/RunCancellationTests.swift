import ServingCore
import Synchronization
import Testing

@Suite struct RunCancellationTests {
    private final class Counter: Sendable {
        let value = Atomic(0)
        func add() { self.value.add(1, ordering: .sequentiallyConsistent) }
        var count: Int { self.value.load(ordering: .sequentiallyConsistent) }
    }

    @Test("A run cancelled before it starts does not start")
    func before() {
        let cancellation = RunCancellation()
        let stops = Counter()
        cancellation.cancel()
        #expect(!cancellation.begin { stops.add() })
        #expect(stops.count == 0)
        #expect(cancellation.isCancelled)
    }

    @Test("Cancelling a run calls the engine's hook once, however often it is asked")
    func during() {
        let cancellation = RunCancellation()
        let stops = Counter()
        #expect(cancellation.begin { stops.add() })
        #expect(!cancellation.isCancelled)
        cancellation.cancel()
        cancellation.cancel()
        #expect(stops.count == 1)
        #expect(cancellation.isCancelled)
    }

    @Test("After the run has ended the hook is not called any more")
    func after() {
        let cancellation = RunCancellation()
        let stops = Counter()
        #expect(cancellation.begin { stops.add() })
        cancellation.end()
        cancellation.cancel()
        #expect(stops.count == 0)
        #expect(cancellation.isCancelled)
    }

    @Test("Ending a cancelled run leaves it cancelled")
    func endAfterCancel() {
        let cancellation = RunCancellation()
        #expect(cancellation.begin {})
        cancellation.cancel()
        cancellation.end()
        #expect(cancellation.isCancelled)
        #expect(!cancellation.begin {})
    }

    @Test("Of many threads that cancel a run while it ends, at most one reaches the hook, and none after the end")
    func concurrent() async {
        for _ in 0..<200 {
            let cancellation = RunCancellation()
            let stops = Counter()
            let ended = Counter()
            let late = Counter()
            let started = cancellation.begin {
                stops.add()
                if ended.count > 0 { late.add() }
            }
            #expect(started)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { cancellation.cancel() } }
                group.addTask {
                    cancellation.end()
                    ended.add()
                }
            }
            #expect(stops.count <= 1)
            #expect(late.count == 0)
            #expect(cancellation.isCancelled)
        }
    }
}
