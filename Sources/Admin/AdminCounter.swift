import Synchronization

/// Changes this process acknowledged to callers of the admin API, for the law `admin_acked = audit_rows`. Replies
/// repeated for an idempotency key are not counted again: they have no audit row of their own.
package final class AdminCounter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    package var value: UInt64 { self.count.load(ordering: .relaxed) }

    func increment() { self.count.wrappingAdd(1, ordering: .relaxed) }
}
