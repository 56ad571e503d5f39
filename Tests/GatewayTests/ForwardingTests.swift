import Gateway
import HTTPOracle
import NIOCore
import NIOPosix
import Remote
import Routing
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing
import Upstream

@Suite("A remote version answers through the gateway", .timeLimit(.minutes(1)))
struct ForwardingTests {
    /// Model `m`, version 7, at the server that listens on `port`, where it is `name`.
    private func remote(port: Int, name: String, _ change: (inout BackendConfiguration) -> Void = { _ in }) async throws
        -> LoadedModel
    {
        let endpoint = try #require(BackendEndpoint("http://127.0.0.1:\(port)"))
        var configuration = BackendConfiguration(kind: .openInference, endpoints: [endpoint])
        configuration.model = name
        change(&configuration)
        let loader = RemoteLoader(group: TestThreads.twoLoops)
        let remote = try await onThread { [configuration] in loader.load(configuration, model: "m", version: 7) }.get()
        return try TestModel.load(version: 7, engine: remote.engine, remote: remote)
    }

    /// Runs `body` with a gateway whose model `m` is model `m` of another gateway, which runs `engine`.
    private func withPair(
        _ engine: FakeEngine = FakeEngine(),
        _ change: @escaping @Sendable (inout BackendConfiguration) -> Void = { _ in },
        _ body: (_ front: LiveGateway, _ server: LiveGateway) async throws -> Void
    ) async throws {
        try await LiveGateway.with(try TestModel.load(engine: engine)) { server in
            try await LiveGateway.with(try await self.remote(port: server.server.port, name: "m", change)) { front in
                try await body(front, server)
            }
        }
    }

    private func ask(_ gateway: LiveGateway, _ request: String) async throws -> Response {
        let client = try await gateway.connect()
        try await client.send(request)
        let response = try #require(try await client.receive(1).first)
        try await client.close()
        return response
    }

    @Test("under our name and version, and says which slot it was")
    func named() async throws {
        try await self.withPair { front, _ in
            let response = try await self.ask(front, Requests.infer(3))
            #expect(response.status == 200)
            #expect(response.body.contains(#""model_name":"m","model_version":"7""#))
            #expect(response.body.contains(#""data":[3]"#))
            #expect(response.headers["teal-version"] == "7")
        }
    }

    @Test("and tells how long each phase took, if asked")
    func timed() async throws {
        try await self.withPair { front, _ in
            let line = try await self.ask(front, Requests.infer(3, "teal-timing: on")).headers["server-timing"]
            let names = line?.split(separator: ", ").compactMap { $0.split(separator: ";").first }
            #expect(names == ["read", "decode", "connect", "upstream", "receive"])
        }
    }

    @Test("requests on one connection in their order, on one connection to the server")
    func inOrder() async throws {
        try await self.withPair { front, server in
            let client = try await front.connect()
            try await client.send((0..<20).map { Requests.infer($0) }.joined())
            let bodies = try await client.receive(20).map(\.body)
            for (number, body) in bodies.enumerated() { #expect(body.contains("\"data\":[\(number)]")) }
            #expect(bodies.count == 20)
            // The other was opened to ask what the model takes.
            #expect(try await server.publisher.snapshot().connectionsOpened <= 3)
            try await client.close()
        }
    }

    @Test("and a generation drains when its last request is answered")
    func drained() async throws {
        try await self.withPair { front, server in
            _ = try await self.ask(front, Requests.infer(1))
            let next = try await self.remote(port: server.server.port, name: "m")
            try await front.publish([.blue: next], generation: 2)
            await front.drained(before: 2)
            #expect(try await self.ask(front, Requests.infer(2)).status == 200)
        }
    }

    @Test("its own refusal of a request is passed on")
    func refused() async throws {
        try await self.withPair { front, _ in
            let response = try await self.ask(front, Requests.infer(3).replacing("INT32", with: "BOOL4"))
            #expect(response.status == 400)
            #expect(response.body.contains("error"))
        }
    }

    @Test("504 when it does not answer in time, and the next request is asked again")
    func late() async throws {
        let gate = Gate()
        let engine = FakeEngine { inputs, _, _ in
            gate.pass()
            return inputs
        }
        let impatient = { @Sendable (configuration: inout BackendConfiguration) in
            configuration.timeouts.firstByte = 50_000_000
        }
        try await self.withPair(engine, impatient) { front, _ in
            #expect(try await self.ask(front, Requests.infer(1)).status == 504)
            gate.open()
            _ = try await front.metrics { $0.answered == 1 }
            #expect(try await self.ask(front, Requests.infer(2)).status == 200)
        }
    }

    @Test("502 when nobody listens any more, then 503 at once as long as its circuit is open")
    func gone() async throws {
        try await LiveGateway.with(try TestModel.load()) { front in
            var remote: LoadedModel?
            try await LiveGateway.with(try TestModel.load()) { server in
                remote = try await self.remote(port: server.server.port, name: "m") {
                    $0.breaker.openFor = 60_000_000_000
                }
            }
            try await front.publish([.blue: try #require(remote)], generation: 2)
            var statuses: [Int] = []
            for number in 0..<7 { statuses.append(try await self.ask(front, Requests.infer(Int32(number))).status) }
            #expect(statuses == [502, 502, 502, 502, 502, 503, 503])
            let counters = try await front.publisher.upstreams().first
            #expect(counters?.key.version == 7)
            #expect(counters?.value.breakersOpened == 1)
        }
    }

    @Test("what is counted of its requests goes on when the version is loaded again")
    func counted() async throws {
        try await self.withPair { front, server in
            _ = try await self.ask(front, Requests.infer(1))
            let next = try await self.remote(port: server.server.port, name: "m")
            try await front.publish([.blue: next], generation: 2)
            _ = try await self.ask(front, Requests.infer(2))
            let counters = try await front.publisher.upstreams().map(\.value)
            #expect(counters.map(\.requests) == [2])
            #expect(counters.map(\.answered) == [2])
        }
    }
}
