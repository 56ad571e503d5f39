/// What an export of kept requests came to.
package struct ExportCounts: Sendable, Equatable {
    package var exported = 0
    /// Pairs of which no readable request is kept.
    package var skipped = 0
}

extension AdminClient {
    /// Hands every kept request to `write`, page by page, as JSON lines in the order they came; what a page holds bounds
    /// the memory this takes.
    ///
    /// - Parameters:
    ///   - release: nil for all.
    ///   - page: requests asked for at once, 1 to 1000; fewer when their answer gets too large.
    package func exportRequests(
        model: String,
        release: Int64? = nil,
        page: Int = 500,
        write: ([UInt8]) throws -> Void
    ) throws -> ExportCounts {
        var counts = ExportCounts()
        var after: Int64 = 0
        var limit = page
        while true {
            let parameters = [("release", release.map(String.init)), ("after", "\(after)"), ("limit", "\(limit)")]
            let path = try Self.path("requests", model, parameters)
            let answer: AdminAnswer
            do throws(CurlExchange.Failure) {
                answer = try self.exchange("GET", path, nil, [:], self.timeout)
            } catch {
                guard error == .tooLarge, limit > 1 else { throw self.sentence(for: error) }
                limit = max(1, limit / 8)
                continue
            }
            _ = try answer.checked()
            try write(answer.body)
            counts.exported += answer.body.count { $0 == UInt8(ascii: "\n") }
            counts.skipped += answer.headers[RequestsHeader.skipped].flatMap { Int($0) } ?? 0
            guard let next = answer.headers[RequestsHeader.next] else { return counts }
            // Anything but a step forward would go on for ever.
            guard let next = Int64(next), next > after else {
                throw AdminClientError("the admin API's answer is not what this version of teal expects")
            }
            after = next
        }
    }
}
