import DequeModule
import Foundation
import NIOCore
import Synchronization

/// Tells whoever follows `GET /admin/v1/events` the figures of each second, beginning with those of the last minutes. A
/// follower that reads too slowly misses seconds; nothing is kept for it.
final class LiveFeed: Sendable {
    private struct State {
        /// JSON texts, oldest first.
        var history: Deque<String> = []
        var followers: [UInt64: AsyncStream<ByteBuffer>.Continuation] = [:]
        var next: UInt64 = 0
        var isOver = false
    }

    private static let kept = 300
    private static let mostFollowers = 64
    /// Seconds that wait for a slow follower.
    private static let buffered = 8

    private let state = Mutex(State())

    /// Measures once a second until cancelled.
    func run(_ measure: @Sendable () async -> LiveFigures) async {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            guard let bytes = try? encoder.encode(await measure()) else { continue }
            self.publish(String(decoding: bytes, as: UTF8.self))
        }
    }

    func publish(_ figures: String) {
        let event = ByteBuffer(string: "event: figures\ndata: \(figures)\n\n")
        let followers = self.state.withLock { state in
            state.history.append(figures)
            if state.history.count > Self.kept { state.history.removeFirst() }
            return state.followers.values
        }
        for follower in followers { follower.yield(event) }
    }

    /// Server-sent events, each whole, until the caller lets go of them or the feed ends; nil when too many follow already.
    func follow() -> AsyncStream<ByteBuffer>? {
        let (events, follower) = AsyncStream.makeStream(
            of: ByteBuffer.self,
            bufferingPolicy: .bufferingNewest(Self.buffered)
        )
        let history: Deque<String>? = self.state.withLock { state in
            guard !state.isOver, state.followers.count < Self.mostFollowers else { return nil }
            let id = state.next
            state.next += 1
            state.followers[id] = follower
            follower.onTermination = { [weak self] _ in
                self?.state.withLock { state in _ = state.followers.removeValue(forKey: id) }
            }
            // Within the lock, so that no second comes before those it follows.
            follower.yield(ByteBuffer(string: "event: history\ndata: [\(state.history.joined(separator: ","))]\n\n"))
            return state.history
        }
        return history == nil ? nil : events
    }

    /// Ends every answer that goes on, so that a stop need not wait for those who watch.
    func end() {
        let followers = self.state.withLock { state in
            state.isOver = true
            defer { state.followers = [:] }
            return state.followers.values
        }
        for follower in followers { follower.finish() }
    }
}
