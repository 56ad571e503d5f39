import Glibc
import SemanticSearch
import Testing

struct IdleExecutorTests {
    /// The scheduling policy of the thread that runs it.
    private static func policy() async -> Int32 { sched_getscheduler(0) & 0xFF }

    /// SCHED_IDLE, whose name is not visible to Swift.
    private static let idle: Int32 = 5

    @Test
    func `a task that prefers the executor runs at the lowest priority, and so do the tasks within it`() async throws {
        let executor = try #require(IdleExecutor())
        let policies = await withTaskExecutorPreference(executor) {
            async let child = Self.policy()
            return (await Self.policy(), await child)
        }
        #expect(policies == (Self.idle, Self.idle))
    }
}
