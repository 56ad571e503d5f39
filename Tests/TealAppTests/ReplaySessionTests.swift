import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TealApp
import TestSupport
import Testing

@Suite("Replaying recorded requests", .timeLimit(.minutes(1))) struct ReplaySessionTests {
    private struct Outcome {
        var isComplete: Bool
        var summary: String
        var progress: String
    }

    /// Replays `lines` to a server that behaves as `behaviour` says.
    private func replay(
        _ lines: [String],
        isTerminal: Bool = false,
        interrupts: AsyncStream<Void> = AsyncStream { _ in },
        change: (inout ReplayPlan) -> Void = { _ in },
        against behaviour: @escaping @Sendable (SlotServer.Request) -> SlotServer.Behaviour
    ) async throws -> Outcome {
        let path = NSTemporaryDirectory() + "teal-replay-\(UUID().uuidString).jsonl"
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (summary, progress) = (Recorder(), Recorder())
        return try await SlotServer.with(on: MultiThreadedEventLoopGroup.singleton, behaviour: behaviour) { server in
            var plan = ReplayPlan(model: "digits", file: path)
            plan.url = "http://127.0.0.1:\(server.address.port ?? 0)"
            change(&plan)
            let session = ReplaySession(
                plan: plan,
                console: DemoConsole(isTerminal: isTerminal) { progress.add($0) },
                output: { summary.add($0) }
            )
            let isComplete = try await session.run(interrupts: interrupts)
            return Outcome(isComplete: isComplete, summary: summary.text, progress: progress.text)
        }
    }

    @Test("every line is sent once, in order and as it stands, and the summary says how it went")
    func all() async throws {
        let seen = Mutex<[String]>([])
        let lines = (1...20).map { "{\"id\": \"\($0)\"}" }
        let outcome = try await self.replay(lines) { plan in
            plan.concurrency = 1
        } against: { request in
            seen.withLock { $0.append("\(request.method) \(request.path) \(String(buffer: request.body))") }
            return .answer(.init(slot: "blue"))
        }
        #expect(outcome.isComplete)
        #expect(seen.withLock(\.self) == lines.map { "POST /v2/models/digits/infer \($0)" })
        let text = outcome.summary.split(separator: "\n").map(String.init)
        #expect(text[0].hasPrefix("sent 20 of 20 requests in "))
        #expect(text[1] == "answered 20, failed 0")
        #expect(text[2].hasPrefix("latency p50 ") && text[2].contains("p99.9 "))
        #expect(text[3] == "answered by blue: 20")
    }

    @Test("errors are counted by status, told in clean words, and are a failure")
    func failures() async throws {
        let outcome = try await self.replay(Array(repeating: "{}", count: 6)) { plan in
            plan.concurrency = 2
        } against: { request in
            if request.number == 3 { return .close }
            var answer = SlotServer.Answer()
            answer.status = request.number.isMultiple(of: 2) ? 200 : 503
            answer.body = answer.status == 200 ? "{}" : "busy\u{1B}[31m"
            return .answer(answer)
        }
        #expect(!outcome.isComplete)
        #expect(outcome.summary.contains("status 503 "))
        #expect(outcome.summary.contains("  status 503 from blue: busy[31m"))
        #expect(!outcome.summary.contains("\u{1B}"))
    }

    @Test("a file can be sent several times, at a rate, without its bad lines")
    func repeated() async throws {
        let outcome = try await self.replay(["{}", "nonsense", "{}"]) { plan in
            plan.repeats = 5
            plan.rate = 2_000
            plan.skipsBad = true
        } against: { _ in
            .answer(.init())
        }
        #expect(outcome.isComplete)
        #expect(outcome.summary.hasPrefix("sent 10 of 10 requests in "))
        #expect(outcome.summary.contains("; 1 lines were no JSON objects and left out"))
    }

    @Test("a bad line is refused before anything is sent")
    func badLine() async throws {
        let requests = Atomic(0)
        let error = await #expect(throws: ReplayError.self) {
            _ = try await self.replay(["{}", "{}", "nonsense"]) { _ in
                requests.add(1, ordering: .relaxed)
                return .answer(.init())
            }
        }
        #expect(error?.description.hasPrefix("line 3 of ") == true)
        #expect(requests.load(ordering: .relaxed) == 0)
    }

    @Test("an interrupt ends the sending, what is under way is awaited, and the summary still comes")
    func interrupt() async throws {
        let (interrupts, continuation) = AsyncStream.makeStream(of: Void.self)
        let outcome = try await self.replay(Array(repeating: "{}", count: 100_000), interrupts: interrupts) { plan in
            plan.concurrency = 2
        } against: { request in
            if request.number == 5 { continuation.yield() }
            return .answer(.init())
        }
        #expect(!outcome.isComplete)
        #expect(outcome.summary.hasPrefix("sent "))
        #expect(outcome.summary.contains(" of 100,000 requests in "))
        #expect(outcome.summary.contains(", failed 0\n"))
    }

    @Test("on a terminal progress is a bar that ends full, elsewhere there is no bar")
    func progress() async throws {
        let onTerminal = try await self.replay(Array(repeating: "{}", count: 10), isTerminal: true) { _ in
            .answer(.init())
        }
        #expect(onTerminal.progress.hasSuffix("0 failed\n"))
        #expect(onTerminal.progress.contains("[########################] 100%  10 of 10"))
        let elsewhere = try await self.replay(Array(repeating: "{}", count: 10)) { _ in .answer(.init()) }
        #expect(!elsewhere.progress.contains("["))
    }

    @Test("a gateway that is not there is said so before anything is tried", arguments: ["127.0.0.1", "localhost"])
    func refused(host: String) async throws {
        let socket = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(socket.localAddress?.port)
        try await socket.close()
        let error = try await self.refusal("\(host):\(port)")
        let reach = "cannot reach the gateway at http://\(host):\(port)"
        #expect(error?.description == "\(reach): connection refused; is `teal serve` running?")
    }

    @Test("a host that there is not is said so")
    func unknownHost() async throws {
        // No part of a name may be this long, so no server is asked for it.
        let host = String(repeating: "x", count: 64)
        let error = try await self.refusal("\(host):8000")
        #expect(error?.description == "cannot reach the gateway at http://\(host):8000: unknown host")
    }

    private func refusal(_ url: String) async throws -> ReplayError? {
        await #expect(throws: ReplayError.self) {
            _ = try await self.replay(["{}"]) { plan in
                plan.url = url
            } against: { _ in
                .answer(.init())
            }
        }
    }

    @Test("a name is tried until one of its addresses answers")
    func name() async throws {
        let outcome = try await self.replay(["{}"]) { plan in
            plan.url = plan.url.replacing("127.0.0.1", with: "localhost")
        } against: { _ in
            .answer(.init())
        }
        #expect(outcome.isComplete)
    }

    @Test("a plan that cannot be carried out says which part")
    func problems() {
        func problem(_ change: (inout ReplayPlan) -> Void) -> String? {
            var plan = ReplayPlan(model: "digits", file: "-")
            change(&plan)
            return plan.problem
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.model = "../x" }?.contains("name") == true)
        for concurrency in [0, -1, 1_025] {
            #expect(problem { $0.concurrency = concurrency }?.contains("1024") == true)
        }
        for rate in [0, -1, .nan, .infinity, 1e9] { #expect(problem { $0.rate = rate }?.contains("rate") == true) }
        for repeats in [0, -1, .max] { #expect(problem { $0.repeats = repeats }?.contains("repeated") == true) }
        for url in ["", "https://h", "http://", "http://h/path", "http://h:99999", "http://u@h", "http://h?q", "a b"] {
            #expect(problem { $0.url = url } == "the address must look like http://127.0.0.1:8000", "\(url)")
        }
        for url in ["localhost", "h:1", "http://h/", "HTTP://h", "http://[::1]:8000"] {
            #expect(problem { $0.url = url } == nil, "\(url)")
        }
    }
}
