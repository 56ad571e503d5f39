import CodecOracle
import TestSupport

/// Valid requests as bytes, made from a seed.
struct RandomRequests {
    struct Expected: Equatable {
        var method: String
        var target: String
        var keepsAlive: Bool
        /// `name: value`, in order.
        var fields: [String]
        var body: [UInt8]
    }

    private var random: SeededRandom
    private(set) var bytes: [UInt8] = []
    private(set) var expected: [Expected] = []

    init(seed: UInt64, count: Int) {
        self.random = SeededRandom(seed: seed)
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

    private mutating func space() -> String { self.pick(["", " ", " ", " ", "  ", "\t"]) }

    private mutating func field(_ name: String, _ value: String) -> String {
        self.randomCase(name) + ":" + self.space() + value + self.pick(["", "", " ", "\t"])
    }

    /// Tabs around what steers the connection are white space to some servers and not to others.
    private mutating func steering(_ name: String, _ value: String) -> String {
        self.randomCase(name) + ":" + self.pick(["", " ", "  "]) + value + self.pick(["", "", " "])
    }

    private mutating func append(isLast: Bool) {
        let method = self.pick(["GET", "HEAD", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
        let target = self.pick([
            "/v2", "/v2/models/m/infer", "/v2/health/live", "/" + self.text("abcXYZ019-._~%2/?&=!$'()*+,;:@", 0...40),
            "//a",
        ])
        let isHTTP10 = self.chance(10)
        var fields = [self.field("host", self.text("abc.:0-", 1...8))]
        for _ in 0..<Int.random(in: 0...6, using: &self.random) {
            // Names that mean nothing, some nearly those that do.
            let name = self.pick([
                "x-" + self.text("abcdefXYZ-.!#$&'*+^`|~09", 1...12), "content-lengths", "hosts", "te", "accept",
            ])
            fields.append(self.field(name, self.text("abc XYZ\t019,;=\"()<>@é", 0...30)))
        }
        var keepsAlive = !isHTTP10
        // Only the last may end the connection.
        if self.chance(20) || (isHTTP10 && !isLast) {
            keepsAlive = true
            fields.append(self.steering("connection", self.randomCase("keep-alive")))
        } else if isLast, self.chance(40) {
            keepsAlive = false
            fields.append(self.steering("connection", self.randomCase("close")))
        }
        let body = (0..<self.pick([0, 0, 1, 10, 100, 700])).map { _ in UInt8.random(in: 0...255, using: &self.random) }
        var framed = body
        if !isHTTP10, self.chance(45) {
            fields.append(self.steering("transfer-encoding", self.randomCase("chunked")))
            framed = Chunks.random(of: body, &self.random)
        } else if !body.isEmpty || self.chance(50) {
            fields.append(self.steering("content-length", self.pick(["", "", "00"]) + String(body.count)))
        }
        fields.shuffle(using: &self.random)
        let emptyLine = self.chance(10) ? "\r\n" : ""
        let head =
            emptyLine + "\(method) \(target) HTTP/1.\(isHTTP10 ? 0 : 1)\r\n" + fields.map { $0 + "\r\n" }.joined()
            + "\r\n"
        self.bytes += Array(head.utf8) + framed
        self.expected.append(
            Expected(
                method: method,
                target: target,
                keepsAlive: keepsAlive,
                fields: Fields.of(fields.joined(separator: "\r\n")),
                body: body
            )
        )
    }
}
