import CodecOracle
import TestSupport

/// Valid answers of one connection as bytes, made from a seed.
struct RandomAnswers {
    struct Expected: Equatable {
        var status: Int
        /// `name: value` of what may be passed on to a client, in order.
        var fields: [String]
        var body: [UInt8]
        var keepsAlive: Bool
    }

    private var random: SeededRandom
    private(set) var bytes: [UInt8] = []
    private(set) var expected: [Expected] = []
    /// The requests were HEAD.
    let answersHead: Bool
    /// The server closes behind the last.
    private(set) var closes = false

    init(seed: UInt64, count: Int) {
        self.random = SeededRandom(seed: seed)
        self.answersHead = seed.isMultiple(of: 7)
        for index in 0..<count { self.append(isLast: index == count - 1) }
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &self.random)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self.random) < percent }

    private mutating func text(_ alphabet: String, _ counts: ClosedRange<Int>) -> String {
        let alphabet = Array(alphabet)
        return String((0..<Int.random(in: counts, using: &self.random)).map { _ in self.pick(alphabet) })
    }

    private mutating func randomCase(_ text: String) -> String {
        String(text.map { self.chance(30) ? Character($0.uppercased()) : $0 })
    }

    /// A tab around what frames a body is white space to some and not to others.
    private mutating func field(_ name: String, _ value: String, tabs: Bool = true) -> String {
        self.randomCase(name) + ":" + self.pick(["", " ", " ", "  "] + (tabs ? ["\t"] : [])) + value
            + self.pick(["", "", " "] + (tabs ? ["\t"] : []))
    }

    private mutating func append(isLast: Bool) {
        for _ in 0..<self.pick([0, 0, 0, 0, 1, 3]) { self.appendInterim() }
        let status = self.pick([200, 200, 200, 201, 204, 299, 304, 400, 404, 500, 503, 599])
        let isHTTP10 = self.chance(10)
        var passed: [String] = []
        var hidden: [String] = []
        for _ in 0..<Int.random(in: 0...6, using: &self.random) {
            let name = self.pick([
                "x-" + self.text("abcdefXYZ-.!#$&'*+^`|~09_", 1...12), "server", "content-lengths", "connections",
                "content-type", "retry-after", "teals", "tea",
            ])
            passed.append(self.field(name, self.text("abc XYZ\t019,;=\"()<>@é", 0...30)))
        }
        if self.chance(20) {
            let name = self.pick(["te", "trailer", "keep-alive", "proxy-connection", "proxy-authenticate", "teal-slot"])
            hidden.append(self.field(name, self.text("abc=5,", 0...8)))
        }
        if self.chance(10) {
            // Nominated by Connection.
            hidden.append(self.field("hop-by-hop", "1"))
            hidden.append(self.field("connection", self.randomCase("hop-by-hop")))
        }
        var keepsAlive = !isHTTP10
        if isHTTP10 && !isLast || self.chance(10) {
            keepsAlive = true
            hidden.append(self.field("connection", self.randomCase("keep-alive"), tabs: false))
        } else if isLast, self.chance(30) {
            keepsAlive = false
            hidden.append(self.field("connection", self.randomCase("close"), tabs: false))
        }
        let (body, framed) = self.frame(status, isHTTP10: isHTTP10, isLast: isLast, &hidden, &keepsAlive)
        let fields = passed + hidden
        // Shuffled together, with what is passed on in its order.
        var places = fields.indices.map { $0 < passed.count }
        places.shuffle(using: &self.random)
        var rest = (passed: passed[...], hidden: hidden[...])
        let lines = places.compactMap { $0 ? rest.passed.popFirst() : rest.hidden.popFirst() }
        let reason = self.pick([" OK", " ", "", " not\tfound é"])
        let head = "HTTP/1.\(isHTTP10 ? 0 : 1) \(status)\(reason)\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        self.bytes += Array(head.utf8) + framed
        self.expected.append(
            Expected(
                status: status,
                fields: Fields.of(passed.joined(separator: "\r\n")),
                body: body,
                keepsAlive: keepsAlive
            )
        )
    }

    /// A body, and what is sent of it.
    private mutating func frame(
        _ status: Int,
        isHTTP10: Bool,
        isLast: Bool,
        _ hidden: inout [String],
        _ keepsAlive: inout Bool
    ) -> (body: [UInt8], framed: [UInt8]) {
        guard status != 204 else { return ([], []) }
        let body = (0..<self.pick([0, 0, 1, 10, 100, 700])).map { _ in UInt8.random(in: 0...255, using: &self.random) }
        let isEmpty = self.answersHead || status == 304
        if isLast, !isEmpty, self.chance(15) {
            self.closes = true
            keepsAlive = false
            return (body, body)
        }
        if !isHTTP10, self.chance(45) {
            hidden.append(self.field("transfer-encoding", self.randomCase("chunked"), tabs: false))
            return isEmpty ? ([], []) : (body, Chunks.random(of: body, &self.random))
        }
        if isEmpty, self.chance(50) { return ([], []) }
        hidden.append(self.field("content-length", self.pick(["", "", "00"]) + String(body.count), tabs: false))
        return isEmpty ? ([], []) : (body, body)
    }

    private mutating func appendInterim() {
        let status = self.pick([100, 102, 103, 199])
        self.bytes += Array("HTTP/1.1 \(status) x\r\n\(self.pick(["", "link: a\r\n"]))\r\n".utf8)
    }
}
