import Foundation
package import Logging
import NIOPosix
package import Promotion
import ServiceLifecycle
import Synchronization

/// Tells addresses of the configuration what happened at the gate: one POST for each event and address, signed, tried again
/// for a while, bounded in number. An address that is slow or gone holds up nobody else.
package struct WebhookSender: Service {
    package struct Figures: Sendable, Equatable {
        package var delivered: UInt64 = 0
        /// Given up after the last try, or refused by the receiver.
        package var failed: UInt64 = 0
        /// More events waited than are kept.
        package var dropped: UInt64 = 0
    }

    private struct Receiver: Sendable {
        let url: String
        let events: AsyncStream<GateEvent>
        let continuation: AsyncStream<GateEvent>.Continuation
    }

    private final class Counters: Sendable {
        let state = Mutex(Figures())

        func count(_ change: (inout Figures) -> Void) { self.state.withLock { change(&$0) } }
    }

    private let receivers: [Receiver]
    private let secret: String?
    private let logger: Logger
    private let pause: @Sendable (_ attempt: Int) -> Duration
    private let counters = Counters()

    /// Events that may wait for one address.
    package static let limit = 256
    package static let attempts = 5
    private static let timeoutMilliseconds = 5_000

    /// - Parameters:
    ///   - secret: key of the signature; nil: events are not signed.
    ///   - pause: before the second try, the third, and so on.
    package init(
        urls: [String],
        secret: String?,
        logger: Logger,
        pause: @escaping @Sendable (_ attempt: Int) -> Duration = { .seconds(1 << min($0, 5)) }
    ) {
        self.receivers = urls.map { url in
            let (events, continuation) = AsyncStream.makeStream(
                of: GateEvent.self,
                bufferingPolicy: .bufferingOldest(Self.limit)
            )
            return Receiver(url: url, events: events, continuation: continuation)
        }
        self.secret = secret
        self.logger = logger
        self.pause = pause
    }

    package var figures: Figures { self.counters.state.withLock { $0 } }

    /// Returns at once.
    package func send(_ event: GateEvent) {
        for receiver in self.receivers {
            if case .dropped = receiver.continuation.yield(event) { self.counters.count { $0.dropped += 1 } }
        }
    }

    /// Delivers until it is told to stop; what still waits then is tried once, as long as its receiver answers.
    package func run() async throws {
        // One for each address: a call blocks its thread for as long as the receiver takes.
        let threads = NIOThreadPool(numberOfThreads: max(1, self.receivers.count))
        threads.start()
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                for receiver in self.receivers {
                    group.addTask { await self.serve(receiver, threads) }
                }
                // Without an address there is nothing to do but to wait for the end.
                group.addTask { try? await gracefulShutdown() }
            }
        } onGracefulShutdown: {
            for receiver in self.receivers { receiver.continuation.finish() }
        }
        try await threads.shutdownGracefully()
    }

    private func serve(_ receiver: Receiver, _ threads: NIOThreadPool) async {
        var isReached = true
        for await event in receiver.events {
            if Task.isShuttingDownGracefully, !isReached {
                self.fail("not reached before the shutdown", receiver.url)
            } else {
                isReached = await self.deliver(event, to: receiver.url, threads)
            }
        }
    }

    /// False when nobody answered.
    private func deliver(_ event: GateEvent, to url: String, _ threads: NIOThreadPool) async -> Bool {
        let body = Self.body(event)
        var problem = ""
        for attempt in 1...Self.attempts {
            switch await self.post(body, at: event.at, to: url, threads) {
            case .success(200..<300):
                self.counters.count { $0.delivered += 1 }
                return true
            case .success(let status) where (400..<500).contains(status) && status != 408 && status != 429:
                // The receiver has understood and does not want it.
                self.fail("HTTP \(status)", url)
                return true
            case .success(let status): problem = "HTTP \(status)"
            case .failure(let failure): problem = "\(failure)"
            }
            guard attempt < Self.attempts, !Task.isShuttingDownGracefully else { break }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: self.pause(attempt)) }
        }
        self.fail(problem, url)
        return false
    }

    private func fail(_ problem: String, _ url: String) {
        self.counters.count { $0.failed += 1 }
        // Without the query: it may hold a token.
        let place = url.prefix { $0 != "?" }
        self.logger.warning("webhook not delivered", metadata: ["url": "\(place)", "problem": "\(problem)"])
    }

    private func post(
        _ body: [UInt8],
        at time: Int64,
        to url: String,
        _ threads: NIOThreadPool
    ) async -> Result<Int, CurlExchange.Failure> {
        var headers = ["content-type: application/json", "user-agent: teal"]
        if let secret { headers.append("teal-signature: \(WebhookSignature.header(body, at: time, secret: secret))") }
        let exchange = CurlExchange(
            method: "POST",
            url: url,
            headers: headers,
            body: body,
            timeoutMilliseconds: Self.timeoutMilliseconds
        )
        let result = try? await threads.runIfActive {
            do throws(CurlExchange.Failure) {
                return Result<Int, CurlExchange.Failure>.success(try exchange.perform().status)
            } catch {
                return .failure(error)
            }
        }
        return result ?? .failure(.interrupted)
    }

    static func body(_ event: GateEvent) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array((try? encoder.encode(event)) ?? Data())
    }
}
