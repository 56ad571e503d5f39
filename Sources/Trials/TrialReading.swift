package import ServingCore

/// What is known about trials and their pairs, for the surfaces that show it. Running trials are answered from memory, ended
/// ones from the store; errors are those of `CaptureStore`, and `notFound` with a sentence that says what there is.
package protocol TrialReading: Sendable {
    /// Newest first.
    func releases(model: String, limit: Int) async throws(ControlError) -> ReleasesDocument
    /// Nil: the running release, or the newest when none runs.
    func trial(model: String, release: Int64?) async throws(ControlError) -> TrialDocument
    func pairs(_ query: PairQuery) async throws(ControlError) -> PairsDocument
    func pair(model: String, id: Int64) async throws(ControlError) -> PairDocument
    /// Kept requests of one release (nil: of all) as V2 inference requests, one JSON text per line, in the order they
    /// came; ids above `after`. Each has the client's id and the declared parameters, as they were kept; segments that
    /// came in headers have no place in a body. Pairs of which no readable request is kept (mode `hash`, `full` BYTES
    /// that are no UTF-8) are left out and counted.
    func requests(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(ControlError) -> RecordedRequests
    func figures() -> CaptureFigures
}

/// `GET /admin/v1/models/{model}/releases`.
package struct ReleasesDocument: Sendable, Codable, Equatable {
    /// A release and what it came to; one flat JSON object.
    package struct Entry: Sendable, Codable, Equatable {
        package var release: Release
        /// Nil when its evidence cannot be read.
        package var pairs: UInt64?

        private enum CodingKeys: String, CodingKey { case pairs }

        package init(_ release: Release, pairs: UInt64?) {
            self.release = release
            self.pairs = pairs
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(try Release(from: decoder), pairs: try container.decodeIfPresent(UInt64.self, forKey: .pairs))
        }

        package func encode(to encoder: any Encoder) throws {
            try self.release.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(self.pairs, forKey: .pairs)
        }
    }

    package var releases: [Entry]

    package init(releases: [Entry]) { self.releases = releases }
}

/// `GET /admin/v1/models/{model}/pairs`: `next` is the `before` of the following page by `newest`, nil on the last.
package struct PairsDocument: Sendable, Codable, Equatable {
    package var pairs: [CapturedPair.Summary]
    package var next: Int64?

    package init(pairs: [CapturedPair.Summary], next: Int64? = nil) {
        self.pairs = pairs
        self.next = next
    }
}

/// One page of exported requests.
package struct RecordedRequests: Sendable, Equatable {
    package var lines: [String]
    /// The `after` of the following page; nil on the last.
    package var next: Int64?
    /// Pairs of this page without a readable request.
    package var skipped: Int

    package init(lines: [String], next: Int64?, skipped: Int) {
        self.lines = lines
        self.next = next
        self.skipped = skipped
    }
}
