import Admin
import Foundation
import Promotion
import ServiceLifecycle
import ServingCore
import Synchronization
import TestSupport
import Testing

@Suite("Webhooks", .timeLimit(.minutes(2))) struct WebhookTests {
    private static let event = GateEvent(
        .promoted,
        model: "digits",
        at: 1_700_000_000_123_456,
        decision: .promote,
        verdict: 7,
        revision: 3,
        reasons: ["all 9 blocking checks passed"]
    )

    /// Attempts for which a pause was asked.
    private final class Pauses: Sendable {
        let asked = Mutex<[Int]>([])
    }

    /// Runs `body` while the sender runs, then shuts it down gracefully and returns it.
    @discardableResult
    private func run(
        _ urls: [String],
        secret: String? = "s3cret",
        pauses: Pauses = Pauses(),
        pause: Duration = .zero,
        _ body: (WebhookSender) async throws -> Void
    ) async throws -> WebhookSender {
        let sender = WebhookSender(urls: urls, secret: secret, logger: AdminFixture.quiet) { attempt in
            pauses.asked.withLock { $0.append(attempt) }
            return pause
        }
        let (started, continuation) = AsyncStream<Void>.makeStream()
        let services: [any Service] = [sender, Beacon(continuation: continuation)]
        let group = ServiceGroup(configuration: .init(services: services, logger: AdminFixture.quiet))
        async let running: Void = group.run()
        for await _ in started { break }
        try await body(sender)
        await group.triggerGracefulShutdown()
        try await running
        return sender
    }

    @Test("the signature is HMAC-SHA256 over the time, a dot and the body")
    func signature() {
        let header = WebhookSignature.header(Array(#"{"a":1}"#.utf8), at: 1_700_000_000_999_999, secret: "s3cret")
        #expect(header == "t=1700000000,v1=1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940")
    }

    @Test("an event is posted as JSON, signed over exactly what was sent")
    func delivers() async throws {
        let receiver = try await HookReceiver()
        try await self.run([receiver.url]) { sender in
            sender.send(Self.event)
            #expect(await eventually { sender.figures.delivered == 1 })
        }
        let request = try #require(receiver.requests.first)
        #expect(receiver.requests.count == 1 && request.line.hasPrefix("POST /hook"))
        #expect(request.headers["content-type"] == "application/json" && request.headers["user-agent"] == "teal")
        #expect(try JSONDecoder().decode(GateEvent.self, from: Data(request.body)) == Self.event)
        let signature = WebhookSignature.header(request.body, at: Self.event.at, secret: "s3cret")
        #expect(request.headers["teal-signature"] == signature)
        try await receiver.stop()
    }

    @Test("without a secret nothing is signed")
    func unsigned() async throws {
        let receiver = try await HookReceiver()
        try await self.run([receiver.url], secret: nil) { sender in
            sender.send(Self.event)
            #expect(await eventually { sender.figures.delivered == 1 })
        }
        #expect(receiver.requests.first.map { $0.headers["teal-signature"] == nil } == true)
        try await receiver.stop()
    }

    @Test(
        "a receiver that cannot at the moment is asked again, with the same words",
        arguments: [503, 500, 408, 429, 302]
    )
    func retries(_ status: Int) async throws {
        let (receiver, pauses) = (try await HookReceiver([status, 200]), Pauses())
        let sender = try await self.run([receiver.url], pauses: pauses) { sender in
            sender.send(Self.event)
            #expect(await eventually { sender.figures.delivered == 1 })
        }
        #expect(receiver.requests.count == 2 && receiver.requests[0] == receiver.requests[1])
        #expect(pauses.asked.withLock { $0 } == [1])
        #expect(sender.figures.all == [1, 0, 0])
        try await receiver.stop()
    }

    @Test("a receiver that does not want it is not asked again", arguments: [400, 401, 404, 410])
    func refused(_ status: Int) async throws {
        let (receiver, pauses) = (try await HookReceiver([status, 200]), Pauses())
        let sender = try await self.run([receiver.url], pauses: pauses) { sender in
            sender.send(Self.event)
            #expect(await eventually { sender.figures.failed == 1 })
            sender.send(Self.event)
            #expect(await eventually { sender.figures.delivered == 1 })
        }
        #expect(receiver.requests.count == 2 && pauses.asked.withLock { $0 }.isEmpty)
        #expect(sender.figures.all == [1, 1, 0])
        try await receiver.stop()
    }

    @Test("after five attempts an event is given up, and the next one gets its own")
    func givesUp() async throws {
        let (receiver, pauses) = (try await HookReceiver([503, 503, 503, 503, 503, 200]), Pauses())
        let sender = try await self.run([receiver.url], pauses: pauses) { sender in
            sender.send(Self.event)
            sender.send(Self.event)
            #expect(await eventually { sender.figures.delivered == 1 })
        }
        #expect(receiver.requests.count == 6 && pauses.asked.withLock { $0 } == [1, 2, 3, 4])
        #expect(sender.figures.all == [1, 1, 0])
        try await receiver.stop()
    }

    @Test("an address where nobody listens fails like one that cannot")
    func nobody() async throws {
        let receiver = try await HookReceiver()
        let url = receiver.url
        try await receiver.stop()
        let pauses = Pauses()
        try await self.run([url], pauses: pauses) { sender in
            sender.send(Self.event)
            #expect(await eventually { sender.figures.failed == 1 })
        }
        #expect(pauses.asked.withLock { $0 } == [1, 2, 3, 4])
    }

    @Test("events that wait are bounded in number, and what is dropped is counted")
    func bounded() async throws {
        let receiver = try await HookReceiver()
        let sender = WebhookSender(urls: [receiver.url], secret: nil, logger: AdminFixture.quiet)
        for _ in 0..<WebhookSender.limit + 44 { sender.send(Self.event) }
        #expect(sender.figures.all == [0, 0, 44])
        try await receiver.stop()
    }

    @Test("receivers that do not answer hold up nobody else")
    func slowReceivers() async throws {
        let slow = [try await HookReceiver([0]), try await HookReceiver([0]), try await HookReceiver([0])]
        let quick = try await HookReceiver()
        try await self.run(slow.map(\.url) + [quick.url]) { sender in
            sender.send(Self.event)
            #expect(await eventually { slow.allSatisfy { $0.requests.count == 1 } })
            for _ in 0..<20 { sender.send(Self.event) }
            #expect(await eventually { quick.requests.count == 21 })
            #expect(slow.allSatisfy { $0.requests.count == 1 })
            for receiver in slow { receiver.release() }
        }
        for receiver in slow + [quick] { try await receiver.stop() }
    }

    @Test("a shutdown delivers what waits")
    func shutdown() async throws {
        let receiver = try await HookReceiver()
        let sender = try await self.run([receiver.url]) { sender in
            for _ in 0..<30 { sender.send(Self.event) }
        }
        #expect(sender.figures.all == [30, 0, 0] && receiver.requests.count == 30)
        try await receiver.stop()
    }

    @Test("a shutdown does not try each event with a receiver that is gone")
    func shutdownWithoutReceiver() async throws {
        let receiver = try await HookReceiver([0])
        let sender = try await self.run([receiver.url], pause: .seconds(3_600)) { sender in
            for _ in 0..<30 { sender.send(Self.event) }
            #expect(await eventually { receiver.requests.count == 1 })
            receiver.release()
        }
        #expect(sender.figures.all == [0, 30, 0])
        // The one that was under way, and its last try.
        #expect(receiver.requests.count <= 2)
        try await receiver.stop()
    }

    @Test("without an address a sender waits for its end")
    func noAddress() async throws {
        let sender = try await self.run([]) { $0.send(Self.event) }
        #expect(sender.figures.all == [0, 0, 0])
    }
}

extension WebhookSender.Figures {
    /// Delivered, failed, dropped.
    fileprivate var all: [UInt64] { [self.delivered, self.failed, self.dropped] }
}

/// Says that the services of its group have been started.
private struct Beacon: Service {
    let continuation: AsyncStream<Void>.Continuation

    func run() async throws {
        self.continuation.yield()
        try? await gracefulShutdown()
    }
}
