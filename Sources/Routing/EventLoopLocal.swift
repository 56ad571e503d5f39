package import NIOCore

/// One value per event loop of a group. Reading it on its loop needs no synchronisation, and nothing another core
/// writes is touched.
package struct EventLoopLocal<Value>: Sendable {
    private let values: [ObjectIdentifier: NIOLoopBound<Value>]

    /// Builds each loop's value on that loop.
    package init(group: any EventLoopGroup, makeValue: @escaping @Sendable (any EventLoop) -> Value) async throws {
        var values: [ObjectIdentifier: NIOLoopBound<Value>] = [:]
        for loop in group.makeIterator() {
            values[ObjectIdentifier(loop)] = try await loop.submit {
                NIOLoopBound(makeValue(loop), eventLoop: loop)
            }.get()
        }
        self.values = values
    }

    /// The value of `loop`; call it on that loop. Nil when the loop is not one of the group's.
    package func value(on loop: any EventLoop) -> Value? {
        self.values[ObjectIdentifier(loop)]?.value
    }

    /// Runs `body` on every loop with that loop's value and returns when all have; the results are in no order. The
    /// loops must be running.
    package func onEachLoop<Result: Sendable>(
        _ body: @escaping @Sendable (Value) -> Result
    ) async throws -> [Result] {
        // Post to all first, then wait: the loops work at the same time.
        let pending = self.values.values.map { bound in bound.eventLoop.submit { body(bound.value) } }
        var results: [Result] = []
        results.reserveCapacity(pending.count)
        for result in pending { results.append(try await result.get()) }
        return results
    }
}
