import Gateway
import HTTPOracle
import NIOCore
import Routing
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing

@Suite("A model whose clients two versions share")
struct SplitTests {
    private static let share = 0.3

    private func gateway(
        _ key: SplitKey,
        share: Double = Self.share,
        allowsSlotHeader: Bool = true,
        live: FakeEngine = FakeEngine(),
        candidate: FakeEngine = FakeEngine()
    ) throws -> EmbeddedGateway {
        let gateway = EmbeddedGateway()
        gateway.publish(
            [.blue: try TestModel.load(engine: live), .green: try TestModel.load(version: 2, engine: candidate)],
            allowsSlotHeader: allowsSlotHeader,
            split: SplitPlan(share: share, key: key, seed: 7, epoch: 1)
        )
        return gateway
    }

    private func slot(of client: String) -> String {
        SplitBucket(key: client, seed: 7).isCandidate(share: Self.share) ? "green" : "blue"
    }

    private func counts(_ gateway: EmbeddedGateway) -> SplitCounts? { gateway.routing.splitTallies["m"]?.counts }

    /// Sends `request` of each of 100 clients, twice; all must be answered by the side their key says.
    private func expectSides(
        _ key: SplitKey,
        _ request: (String) -> String,
        _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let gateway = try self.gateway(key)
        let connection = try gateway.connect()
        for number in 0..<200 {
            let client = "u\(number % 100)"
            let answer = try connection.exchange(request(client)).first
            let slot = self.slot(of: client)
            #expect(answer?.status == 200, sourceLocation: sourceLocation)
            #expect(answer?.headers["teal-slot"] == slot, "\(client)", sourceLocation: sourceLocation)
            #expect(answer?.headers["teal-version"] == (slot == "blue" ? "1" : "2"), sourceLocation: sourceLocation)
        }
        let candidates = UInt64((0..<100).count { self.slot(of: "u\($0)") == "green" })
        let expected = SplitCounts(
            epoch: 1,
            share: Self.share,
            live: 200 - 2 * candidates,
            candidate: 2 * candidates,
            liveClients: 100 - candidates,
            candidateClients: candidates
        )
        #expect(candidates > 0 && self.counts(gateway) == expected, sourceLocation: sourceLocation)
        let green = gateway.metrics.series[SeriesKey(model: "m", slot: "green", version: 2)]
        #expect(green?.count(.answered) == 2 * candidates, sourceLocation: sourceLocation)
        try connection.hangUp()
        #expect(gateway.violations() == [], sourceLocation: sourceLocation)
    }

    @Test("clients are told apart by a header")
    func header() throws {
        try self.expectSides(.header("x-user")) { Requests.infer(1, "X-User: \($0)") }
    }

    @Test("clients are told apart by a parameter")
    func parameter() throws {
        try self.expectSides(.parameter("tenant")) { client in
            Requests.infer(1, parameters: #""parameters":{"other":1,"tenant":"\#(client)"},"#)
        }
    }

    @Test("requests are told apart by their id, whatever x-request-id says")
    func id() throws {
        try self.expectSides(.requestID) { id in
            Self.post("{\"id\":\"\(id)\",\(Self.input)}", "x-request-id: same")
        }
    }

    @Test("requests without an id are told apart by x-request-id")
    func requestID() throws {
        try self.expectSides(.requestID) { id in Self.post("{\(Self.input)}", "x-request-id: \(id)") }
    }

    @Test("a raw binary body is told apart by a header")
    func raw() throws {
        try self.expectSides(.header("x-user")) { client in
            Self.post("\u{1}\u{0}\u{0}\u{0}", "x-user: \(client)", "Inference-Header-Content-Length: 0")
        }
    }

    @Test(
        "a request without the key goes to the live version and is counted apart",
        arguments: [
            (SplitKey.header("x-user"), Requests.infer(1)), (.header("x-user"), Requests.infer(1, "x-user:")),
            (.parameter("tenant"), Requests.infer(1)),
            (.parameter("tenant"), Requests.infer(1, parameters: #""parameters":{"tenant":null},"#)),
            (.parameter("tenant"), Requests.infer(1, parameters: #""parameters":{"tenant":""},"#)),
            (.requestID, Self.post("{\(Self.input)}")), (.requestID, Self.post("{\"id\":\"\",\(Self.input)}")),
        ]
    )
    func unkeyed(key: SplitKey, request: String) throws {
        let gateway = try self.gateway(key, share: 1)
        let connection = try gateway.connect()
        #expect(try connection.exchange(request).first?.headers["teal-slot"] == "blue")
        #expect(self.counts(gateway) == SplitCounts(epoch: 1, share: 1, unkeyed: 1))
        try connection.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test(
        "a slot or version that the client names wins, and is not counted",
        arguments: [
            (Requests.infer(1, "x-user: a", "teal-slot: blue"), "blue"),
            (Requests.infer(1, "x-user: a", "teal-slot: green"), "green"),
            (Requests.infer(1, path: "/v2/models/m/versions/1/infer", "x-user: a"), "blue"),
            (Requests.infer(1, path: "/v2/models/m/versions/2/infer", "x-user: a"), "green"),
        ]
    )
    func explicit(request: String, slot: String) throws {
        let gateway = try self.gateway(.header("x-user"), share: 1)
        let connection = try gateway.connect()
        #expect(try connection.exchange(request).first?.headers["teal-slot"] == slot)
        #expect(self.counts(gateway) == SplitCounts(epoch: 1, share: 1))
        try connection.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("clients get their side also where they may not choose a slot")
    func closedSlots() throws {
        let gateway = try self.gateway(.header("x-user"), share: 1, allowsSlotHeader: false)
        let connection = try gateway.connect()
        let statuses = try connection.exchange(Requests.infer(1, "x-user: a", "teal-slot: green")).statuses
        #expect(statuses == [403])
        #expect(try connection.exchange(Requests.infer(1, "x-user: a")).first?.headers["teal-slot"] == "green")
    }

    @Test("the candidate reads inputs and writes outputs by its own order of them")
    func signatures() throws {
        func engine(_ names: [String], _ outputs: [String]) -> FakeEngine {
            func specs(_ names: [String]) -> [TensorSpec] {
                names.map { TensorSpec(name: $0, datatype: .int32, shape: [-1, 1]) }
            }
            return FakeEngine(signature: ModelSignature(inputs: specs(names), outputs: specs(outputs))) {
                inputs,
                chosen,
                _ in (chosen ?? Array(outputs.indices)).map { _ in inputs[0] }
            }
        }
        let gateway = try self.gateway(
            .requestID,
            share: 1,
            live: engine(["a", "b"], ["y"]),
            candidate: engine(["b", "a"], ["more", "y"])
        )
        let connection = try gateway.connect()
        func input(_ name: String, _ value: Int) -> String {
            #"{"name":"\#(name)","datatype":"INT32","shape":[1,1],"data":[\#(value)]}"#
        }
        let inputs = #""inputs":[\#(input("a", 1)),\#(input("b", 2))],"outputs":[{"name":"y"}]"#
        let keyed = try connection.exchange(Self.post("{\"id\":\"r\",\(inputs)}")).first
        #expect(keyed?.body.contains(#"{"name":"y","datatype":"INT32","shape":[1,1],"data":[2]}"#) == true)
        let live = try connection.exchange(Self.post("{\(inputs)}")).first
        #expect(live?.body.contains(#"{"name":"y","datatype":"INT32","shape":[1,1],"data":[1]}"#) == true)
    }

    @Test("what the candidate fails at is its client's answer, not asked of the live version")
    func failure() throws {
        let live = FakeEngine()
        let failing = FakeEngine { _, _, _ throws(InferenceError) in throw InferenceError(.modelFailed, "too hot") }
        let gateway = try self.gateway(.header("x-user"), share: 1, live: live, candidate: failing)
        let connection = try gateway.connect()
        let answer = try connection.exchange(Requests.infer(1, "x-user: a")).first
        #expect(answer?.status == 500)
        #expect(answer?.headers["teal-slot"] == "green")
        #expect(live.runs.isEmpty)
        let green = gateway.metrics.series[SeriesKey(model: "m", slot: "green", version: 2)]
        #expect(green?.count(.failed) == 1)
        try connection.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a body that is refused is its side's, and one that cannot be read is nobody's")
    func refused() throws {
        let gateway = try self.gateway(.header("x-user"), share: 1)
        let connection = try gateway.connect()
        let wrong = try connection.exchange(Self.post(#"{"inputs":[]}"#, "x-user: a")).first
        #expect(wrong?.status == 400 && wrong?.headers["teal-slot"] == "green")
        let broken = try connection.exchange(Self.post("{", "x-user: a")).first
        #expect(broken?.status == 400 && broken?.headers["teal-slot"] == "blue")
        #expect(self.counts(gateway)?.candidate == 1 && self.counts(gateway)?.unkeyed == 0)
        try connection.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("while the candidate is not ready the live version answers everybody")
    func candidateGone() throws {
        let gateway = EmbeddedGateway()
        let plan = SplitPlan(share: 1, key: .header("x-user"), seed: 7, epoch: 1)
        gateway.publish([.blue: try TestModel.load()], split: plan)
        let connection = try gateway.connect()
        let answer = try connection.exchange(Requests.infer(1, "x-user: a")).first
        #expect(answer?.status == 200 && answer?.headers["teal-slot"] == "blue")
        #expect(self.counts(gateway) == nil)
    }

    @Test("values that differ in their 1,024th byte are two clients")
    func longValues() throws {
        let gateway = try self.gateway(.header("x-user"))
        let connection = try gateway.connect()
        for number in 0..<10 {
            let client = String(repeating: "c", count: 1_023) + "\(number)"
            let answer = try connection.exchange(Requests.infer(1, "x-user: \(client)")).first
            #expect(answer?.headers["teal-slot"] == self.slot(of: client))
        }
        #expect(self.counts(gateway).map { $0.liveClients + $0.candidateClients } == 10)
    }

    private static let input = #""inputs":[{"name":"x","datatype":"INT32","shape":[1,1],"data":[1]}]"#

    private static func post(_ body: String, _ fields: String...) -> String {
        "POST /v2/models/m/infer HTTP/1.1\r\n"
            + (["Host: a", "Content-Length: \(body.utf8.count)"] + fields).map { $0 + "\r\n" }.joined() + "\r\n" + body
    }
}
