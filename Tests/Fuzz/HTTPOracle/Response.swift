/// One HTTP response, read strictly: anything the gateway does not promise to write is an error.
package struct Response: Equatable {
    package var status: Int
    package var headers: [String: String]
    package var body: String

    package var closes: Bool { self.headers["connection"] == "close" }

    package struct Malformed: Error {
        package var reason: String
    }

    /// Reads all of `text`. A response that states a length but is followed by another response, or by nothing, answers
    /// HEAD; `100 Continue` is a response of its own. What is incomplete at the end is returned in `rest`.
    package static func read(_ text: String) throws(Malformed) -> (responses: [Response], rest: String) {
        var rest = Array(text.utf8)[...]
        var responses: [Response] = []
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            var response = try Self.head(head)
            let after = rest[end.upperBound...]
            var length = 0
            if response.status != 100 {
                guard let stated = response.headers["content-length"].flatMap({ Int($0) }), stated >= 0 else {
                    throw Malformed(reason: "no content-length in \(head)")
                }
                length = after.isEmpty || after.starts(with: Array("HTTP/1.1 ".utf8)) ? 0 : stated
            }
            guard after.count >= length else { break }
            response.body = String(decoding: after.prefix(length), as: UTF8.self)
            responses.append(response)
            rest = after.dropFirst(length)
        }
        return (responses, String(decoding: rest, as: UTF8.self))
    }

    private static func head(_ text: String) throws(Malformed) -> Response {
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let start = lines.removeFirst().split(separator: " ", maxSplits: 2)
        guard start.count == 3, start[0] == "HTTP/1.1", start[1].utf8.count == 3, let status = Int(start[1]) else {
            throw Malformed(reason: "bad status line: \(text)")
        }
        var response = Response(status: status, headers: [:], body: "")
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[1].first == " ", parts[0].utf8.allSatisfy({ $0 == 0x2D || $0 > 0x60 }) else {
                throw Malformed(reason: "bad header line: \(line)")
            }
            guard response.headers.updateValue(String(parts[1].dropFirst()), forKey: String(parts[0])) == nil else {
                throw Malformed(reason: "header given twice: \(line)")
            }
        }
        return response
    }
}
