import LoadGenerator
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LoadRunTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    private func request(_ text: String = "{}") -> PreparedRequest {
        PreparedRequest(post: "/v2/models/m/infer", host: "teal", body: text.utf8)
    }

    /// Runs to the end against a server that behaves as `behaviour` says.
    private func run(
        _ pace: LoadConfiguration.Pace = .closed,
        connections: Int = 4,
        count: Int = 100,
        timeout: TimeAmount = .seconds(20),
        change: (inout LoadConfiguration) -> Void = { _ in },
        against behaviour: @escaping @Sendable (SlotServer.Request) -> SlotServer.Behaviour
    ) async throws -> LoadReport {
        try await SlotServer.with(on: self.group, behaviour: behaviour) { server in
            var configuration = LoadConfiguration(
                target: server.address,
                requests: [self.request()],
                pace: pace,
                connections: connections,
                count: count,
                timeout: timeout
            )
            change(&configuration)
            let run = LoadRun(configuration, on: self.group)
            run.start()
            let report = await run.report()
            #expect(report.isConserved)
            return report
        }
    }

    @Test(
        "every request is answered and counted by slot",
        arguments: [.closed, .open(rate: 20_000)] as [LoadConfiguration.Pace]
    )
    func slots(_ pace: LoadConfiguration.Pace) async throws {
        let report = try await self.run(pace, count: 300) { request in
            .answer(.init(slot: request.number.isMultiple(of: 3) ? "green" : "blue"))
        }
        #expect(report.scheduled == 300)
        #expect(report.answered == 300)
        #expect(report.failed == 0)
        #expect(report.connections == 4)
        #expect(report.statuses == [200: 300])
        let counts = Dictionary(uniqueKeysWithValues: report.slots.map { ($0.name, $0.answered) })
        #expect(counts == ["green": 100, "blue": 200])
        #expect(report.slots.allSatisfy { $0.latency.count == UInt64($0.answered) })
        #expect(report.latency.count == 300)
    }

    @Test("a request that is made when it is sent is made once for each number, which comes back with the answer")
    func composed() async throws {
        let bodies = Mutex<[String]>([])
        let numbers = Mutex<[Int]>([])
        _ = try await self.run(count: 40) { configuration in
            configuration.compose = { self.request("request \($0)") }
            configuration.onAnswer = { answer in numbers.withLock { $0.append(answer.number) } }
        } against: { request in
            bodies.withLock { $0.append(String(buffer: request.body)) }
            return .answer(.init(slot: "blue"))
        }
        #expect(numbers.withLock { $0.sorted() } == Array(0..<40))
        #expect(Set(bodies.withLock { $0 }) == Set((0..<40).map { "request \($0)" }))
    }

    @Test("requests are sent in turn, and answers carry what was asked, the headers and the stamp")
    func callback() async throws {
        let stamps = Atomic<UInt64>(0)
        let seen = Mutex<[LoadAnswer]>([])
        _ = try await self.run(count: 9) { configuration in
            configuration.requests = ["zero", "one", "two"].map { self.request($0) }
            configuration.stamp = { stamps.add(1, ordering: .relaxed).newValue }
            configuration.onAnswer = { answer in seen.withLock { $0.append(answer) } }
        } against: { request in
            var answer = SlotServer.Answer(slot: "blue", version: 7, generation: 41)
            answer.body = "\(request.method) \(request.path) \(String(buffer: request.body))"
            return .answer(answer)
        }
        let answers = seen.withLock { $0 }
        #expect(answers.count == 9)
        for (index, text) in ["zero", "one", "two"].enumerated() {
            let bodies = answers.filter { $0.request == index }.map { String(buffer: $0.body) }
            #expect(bodies == Array(repeating: "POST /v2/models/m/infer \(text)", count: 3))
        }
        #expect(answers.allSatisfy { $0.slot == "blue" && $0.version == "7" && $0.generation == 41 })
        #expect(Set(answers.map(\.stamp)) == Set(1...9))
    }

    @Test("a server that ends each connection after a few answers loses nothing")
    func connectionClose() async throws {
        let report = try await self.run(count: 100) { request in
            var answer = SlotServer.Answer()
            answer.closes = request.numberOnConnection == 4
            return .answer(answer)
        }
        #expect(report.answered == 100)
        #expect(report.failed == 0)
        #expect(report.refusedReuse == 0)
        #expect(report.connections >= 20)
    }

    @Test("a kept connection closed under a request is counted apart and the request sent once more")
    func refusedReuse() async throws {
        let report = try await self.run(connections: 1, count: 10) { request in
            request.numberOnConnection == 3 ? .close : .answer(.init())
        }
        #expect(report.answered == 10)
        #expect(report.failed == 0)
        #expect(report.refusedReuse == 3)
    }

    @Test(
        "a fresh connection that ends without an answer is a failure",
        arguments: [SlotServer.Behaviour.close, .reset]
    )
    func closed(_ behaviour: SlotServer.Behaviour) async throws {
        let report = try await self.run(count: 20) { _ in behaviour }
        #expect(report.failures == [.closed: 20])
        #expect(report.failureTexts.count == 8)
        #expect(report.failureTexts.allSatisfy { $0.hasPrefix("closed: connection closed before the answer") })
        #expect(report.failureTexts.allSatisfy { !$0.contains("errno") })
        #expect(report.refusedReuse == 0)
    }

    @Test("requests that are never answered fail at their time-out")
    func hang() async throws {
        let report = try await self.run(connections: 2, count: 4, timeout: .milliseconds(20)) { _ in .hang }
        #expect(report.failures == [.timeout: 4])
    }

    @Test("open: what finds no free connection before the end stays unsent, and the books balance")
    func unsent() async throws {
        let report = try await self.run(.open(rate: 1000), connections: 1, count: 50, timeout: .milliseconds(100)) {
            _ in
            .hang
        }
        #expect(report.scheduled == 50)
        #expect(report.unsent > 0)
        #expect(report.failures[.timeout, default: 0] == report.failed)
        #expect(report.answered == 0)
    }

    @Test("a status other than 2xx is a failure of its slot and keeps its text")
    func unavailable() async throws {
        let report = try await self.run(count: 20) { _ in
            var answer = SlotServer.Answer(slot: "green")
            answer.status = 503
            answer.body = "draining"
            return .answer(answer)
        }
        #expect(report.failures == [.status: 20])
        #expect(report.statuses == [503: 20])
        #expect(report.slots.map(\.failed) == [20])
        #expect(report.failureTexts.first == "status 503 from green: draining")
        #expect(report.latency.count == 0)
    }

    @Test("an answer that is not HTTP is a failure")
    func malformed() async throws {
        let report = try await self.run(count: 5) { _ in .raw("SSH-2.0-OpenSSH_9.2\r\n") }
        #expect(report.failures == [.malformed: 5])
    }

    @Test("nobody listening: every request fails to connect")
    func deadServer() async throws {
        let address = try await SlotServer.with(on: self.group) { _ in
            .hang
        } _: {
            $0.address
        }
        let run = LoadRun(
            LoadConfiguration(target: address, requests: [self.request()], pace: .closed, connections: 4, count: 8),
            on: self.group
        )
        run.start()
        let report = await run.report()
        #expect(report.failures == [.connect: 8])
        #expect(report.connections == 0)
    }

    @Test("open: a stall shows in the latency of every request that fell due during it")
    func stall() async throws {
        // 50 requests fall due within 50 ms; the one connection is held up for 200 ms by the first.
        let report = try await self.run(.open(rate: 1000), connections: 1, count: 50) { request in
            var answer = SlotServer.Answer()
            if request.number == 0 { answer.delay = .milliseconds(200) }
            return .answer(answer)
        }
        #expect(report.answered == 50)
        #expect(try #require(report.latency.value(at: 0)) >= 150_000_000)
    }

    @Test("closed: a stall shows only in the request that met it")
    func closedStall() async throws {
        let report = try await self.run(.closed, connections: 1, count: 50) { request in
            var answer = SlotServer.Answer()
            if request.number == 0 { answer.delay = .milliseconds(500) }
            return .answer(answer)
        }
        #expect(report.latency.maximum >= 500_000_000)
        #expect(try #require(report.latency.value(at: 0.5)) < 500_000_000)
    }

    @Test("a run without bounds goes on until it is stopped, and its progress can be read meanwhile")
    func stop() async throws {
        try await SlotServer.with(on: self.group) { _ in
            .answer(.init(slot: "green", generation: 3))
        } _: { server in
            let (answers, tell) = AsyncStream.makeStream(of: Void.self)
            var configuration = LoadConfiguration(
                target: server.address,
                requests: [self.request()],
                pace: .closed,
                connections: 3
            )
            configuration.onAnswer = { _ in tell.yield() }
            let run = LoadRun(configuration, on: self.group)
            run.start()
            var seen = 0
            for await _ in answers {
                seen += 1
                if seen == 200 { break }
            }
            let progress = run.progress
            #expect(progress.answered >= 199)
            #expect(progress.sent >= progress.answered)
            #expect(progress.slot == "green")
            #expect(progress.generation == 3)
            run.stop()
            let report = await run.report()
            #expect(report.isConserved)
            #expect(report.failed == 0)
            #expect(report.unsent == 0)
        }
    }

    @Test("more loops than connections: only as many connections as asked for")
    func fewConnections() async throws {
        let report = try await self.run(connections: 1, count: 10) { _ in .answer(.init()) }
        #expect(report.connections == 1)
        #expect(report.answered == 10)
    }

    @Test(
        "impossible settings are named",
        arguments: [
            LoadConfiguration.Pace.open(rate: 0), .open(rate: -1), .open(rate: .nan), .open(rate: .infinity),
        ]
    )
    func problems(_ pace: LoadConfiguration.Pace) throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        let requests = [self.request()]
        let good = LoadConfiguration(target: address, requests: requests, pace: .closed, connections: 1)
        #expect(good.problem == nil)
        #expect(LoadConfiguration(target: address, requests: requests, pace: pace, connections: 1).problem != nil)
        #expect(LoadConfiguration(target: address, requests: [], pace: .closed, connections: 1).problem != nil)
        #expect(LoadConfiguration(target: address, requests: requests, pace: .closed, connections: 0).problem != nil)
    }
}
