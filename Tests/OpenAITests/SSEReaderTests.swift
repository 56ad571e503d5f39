import NIOCore
import OpenAI
import Testing

@Suite("Server-sent events")
struct SSEReaderTests {
    /// Events as text, those of the field `error` with a mark.
    private static func events(_ pieces: [ByteBuffer], ends: Bool = true, limit: Int = 1024) -> (SSEReader, [String]) {
        var reader = SSEReader(maxEventBytes: limit)
        var events: [String] = []
        let keep = { (event: SSEEvent) in
            switch event {
            case .data(let bytes): events.append(String(decoding: bytes, as: UTF8.self))
            case .error(let bytes): events.append("error " + String(decoding: bytes, as: UTF8.self))
            }
        }
        for piece in pieces { reader.read(piece, each: keep) }
        if ends { reader.end(each: keep) }
        return (reader, events)
    }

    private static func events(_ text: String, ends: Bool = true, limit: Int = 1024) -> [String] {
        self.events([ByteBuffer(string: text)], ends: ends, limit: limit).1
    }

    @Test(
        "lines end with LF, CRLF or CR, one space after the colon is dropped, lines of data are joined",
        arguments: [
            ("data: a\n\ndata:b\n\n", ["a", "b"]), ("data: a\r\n\r\ndata:  b\r\n\r\n", ["a", " b"]),
            ("data: a\r\rdata: b\r\r", ["a", "b"]), ("data: a\ndata: b\r\ndata:\n\n", ["a\nb\n"]),
            ("\u{FEFF}data: a\n\n", ["a"]), ("data\n\ndata:\n\ndata: \n\n", []), ("\n\n\r\n\n", []),
            (": comment\n\n:\n\ndata: a\n: in between\n\n", ["a"]),
            ("id: 7\nretry: 9\nevent: x\ndata: a\nother\n\n", ["a"]),
            ("data: a: b\n\n", ["a: b"]), ("DATA: a\n\n data: b\n\n", []),
        ]
    )
    func lines(_ text: String, _ expected: [String]) {
        #expect(Self.events(text) == expected)
    }

    @Test("lines of any length, with bytes that are next to line ends in value")
    func lengths() {
        let near: [UInt8] = [0x09, 0x0B, 0x0C, 0x0E, 0x0B, 0x8A, 0x8D, 0x4A]
        for length in 1...40 {
            let line = (0..<length).map { near[$0 % near.count] }
            for ending in [[0x0A], [0x0D], [0x0D, 0x0A]] as [[UInt8]] {
                let event = Array("data: x".utf8) + line + ending + ending
                let (reader, events) = Self.events([ByteBuffer(bytes: event + event)])
                #expect(events == Array(repeating: "x" + String(decoding: line, as: UTF8.self), count: 2))
                #expect(reader.isBetweenEvents)
            }
        }
    }

    @Test("errors are told from data, in the ways servers mark them")
    func errors() {
        #expect(Self.events("error: {\"code\":1}\n\n") == ["error {\"code\":1}"])
        #expect(Self.events("event: error\ndata: x\n\ndata: y\n\n") == ["error x", "y"])
        #expect(Self.events("{\"error\": \"x\"}") == ["{\"error\": \"x\"}"])
    }

    @Test("[DONE] ends the stream, and nothing after it counts")
    func done() {
        let (reader, events) = Self.events([ByteBuffer(string: "data: a\n\ndata: [DONE]\n\ndata: b\n\ndata: c")])
        #expect(events == ["a"])
        #expect(reader.isDone)
        #expect(reader.isBetweenEvents)
        #expect(Self.events([ByteBuffer(string: "data: \"[DONE]\"\n\n")]).0.isDone == false)
    }

    @Test("an event that lacks its last line ends is taken when the stream ends, not before")
    func unfinished() {
        #expect(Self.events("data: a\n\ndata: b\n", ends: false) == ["a"])
        #expect(Self.events("data: a\n\ndata: b") == ["a", "b"])
        #expect(Self.events([ByteBuffer(string: "data: [DONE]")]).0.isDone)
    }

    @Test(
        "between events is where an event can be put in",
        arguments: [
            ("", true), ("data: a\n\n", true), ("data: a\r\n\r\n", true), ("data: a\n", false), ("d", false),
            ("data: a\r", false), (": ping\n\n", true), ("data: a\n\n\n", true), ("event: x\n", false),
        ]
    )
    func between(_ text: String, _ expected: Bool) {
        var reader = SSEReader()
        reader.read(ByteBuffer(string: text))
        #expect(reader.isBetweenEvents == expected)
    }

    @Test("an event over the limit is counted and passed over, in one piece or byte by byte")
    func overlong() {
        let text =
            "data: a\n\ndata: \(String(repeating: "x", count: 5000))\ndata: y\n\ndata: b\n\n"
            + String(repeating: "data: z\n", count: 200) + "\ndata: [DONE]\n\n"
        for pieces in [[ByteBuffer(string: text)], text.utf8.map { ByteBuffer(bytes: [$0]) }] {
            let (reader, events) = Self.events(pieces, limit: 100)
            #expect(events == ["a", "b"])
            #expect(reader.overlongEvents == 2)
            #expect(reader.isDone)
        }
    }

    @Test(
        "a line a little over the limit counts as too long, wherever it is cut",
        arguments: [
            ": \(String(repeating: "x", count: 99))", "data: \(String(repeating: "x", count: 95))",
            "\u{FEFF}data: \(String(repeating: "x", count: 92))",
        ]
    )
    func overlongLine(line: String) {
        let bytes = Array("\(line)\n\ndata: a\n\n".utf8)
        for position in 0...bytes.count {
            let (reader, events) = Self.events(Recordings.cut(bytes, at: [position]), limit: 100)
            #expect(events == ["a"] && reader.overlongEvents == 1, "cut at \(position)")
        }
    }

    @Test("where the stream is cut makes no difference", arguments: Transcripts.streams.indices)
    func cuts(_ index: Int) {
        let lines = Transcripts.streams[index].split(separator: "\n", omittingEmptySubsequences: false)
        for text in ["\n", "\r\n", "\r"].map({ lines.joined(separator: $0) }) {
            let bytes = Array(text.utf8)
            let whole = Self.events([ByteBuffer(bytes: bytes)], limit: 4096).1
            #expect(!whole.isEmpty)
            for position in 0...bytes.count {
                let cut = Self.events(Recordings.cut(bytes, at: [position]), limit: 4096).1
                guard cut != whole else { continue }
                Issue.record("cut at \(position): \(cut)")
            }
            #expect(Self.events(bytes.map { ByteBuffer(bytes: [$0]) }, limit: 4096).1 == whole)
        }
    }
}
