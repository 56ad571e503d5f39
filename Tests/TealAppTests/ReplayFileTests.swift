import Foundation
import LoadGenerator
import NIOCore
import TealApp
import Testing

@Suite("A file of recorded requests") struct ReplayFileTests {
    /// What each request of a file with this content would carry.
    private func bodies(_ content: String, skipsBad: Bool = false, limit: Int = 1 << 30) throws -> (
        bodies: [String], skipped: Int
    ) {
        let path = NSTemporaryDirectory() + "teal-replay-\(UUID().uuidString).jsonl"
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var bodies: [String] = []
        let file = try ReplayFile(path, skipsBad: skipsBad, limit: limit) { body in
            bodies.append(String(decoding: body, as: UTF8.self))
            return PreparedRequest(post: "/", host: "h", body: body)
        }
        #expect(file.requests.count == bodies.count)
        return (bodies, file.skipped)
    }

    @Test("each line is one request as it stands; blank lines and a missing last line break count for nothing")
    func lines() throws {
        let found = try self.bodies("{\"a\": 1.50}\n\n  \t\r\n{\"b\":\"\\n\"}\r\n{}")
        #expect(found.bodies == ["{\"a\": 1.50}", "{\"b\":\"\\n\"}\r", "{}"])
        #expect(found.skipped == 0)
    }

    @Test("lines longer than what is read at once are put together")
    func long() throws {
        let line = "{\"x\":\"" + String(repeating: "y", count: 3 << 20) + "\"}"
        #expect(try self.bodies("{}\n\(line)\n{}\n\(line)").bodies == ["{}", line, "{}", line])
    }

    @Test(
        "a line that is no JSON object is refused with its number",
        arguments: ["x", "[]", "1", "{\"a\":}", "{}{}", "null"]
    )
    func bad(_ line: String) throws {
        let error = #expect(throws: ReplayError.self) { try self.bodies("{}\n\n\(line)\n{}\n") }
        #expect(error?.description.hasPrefix("line 3 of ") == true)
        #expect(error?.description.contains("is not a JSON object: write one V2 inference request per line") == true)
        let found = try self.bodies("{}\n\(line)\n{}\n", skipsBad: true)
        #expect(found.bodies == ["{}", "{}"] && found.skipped == 1)
    }

    @Test("a file without a request, one that is too large and one that is not there are refused")
    func refused() throws {
        for content in ["", "\n\n", " "] {
            let error = #expect(throws: ReplayError.self) { try self.bodies(content) }
            #expect(error?.description.hasPrefix("there is no request in ") == true)
        }
        let large = #expect(throws: ReplayError.self) { try self.bodies("{}\n{}\n{}\n", limit: 5) }
        #expect(large?.description.contains("holds more than") == true)
        #expect(try self.bodies("{}\n{}\n", limit: 4).bodies.count == 2)
        let missing = #expect(throws: ReplayError.self) {
            try ReplayFile("/nowhere/at/all", skipsBad: false) { PreparedRequest(post: "/", host: "h", body: $0) }
        }
        #expect(missing?.description.hasPrefix("cannot read /nowhere/at/all: ") == true)
    }
}
