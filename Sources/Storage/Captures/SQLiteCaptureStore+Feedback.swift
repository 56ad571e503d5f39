package import ServingCore

extension SQLiteCaptureStore {
    package func pair(requestHash: Int64, model: String) async throws(StoreError) -> CapturedPair? {
        try await self.database.read { db in
            guard let id = try StoredRequests.newest(requestHash, model: model, in: db) else { return nil }
            return try CapturedPair.fetch(id, in: db)
        }
    }

    /// Waits for the batch or the step of retention that runs, not for the pairs that wait. Tried once.
    package func append(feedback: [PairFeedback]) async throws(StoreError) -> [FeedbackOutcome] {
        guard !feedback.isEmpty else { return [] }
        guard let result = await self.queue.append(feedback) else {
            throw .unavailable("\(self.database.file.name) is closed: teal is stopping")
        }
        return try result.get()
    }

    package func losses(
        of release: Int64,
        after sequence: Int64,
        limit: Int
    ) async throws(StoreError) -> [PairLoss] {
        try await self.database.read { db in
            try PairLoss.fetch(release: release, after: sequence, limit: limit, in: db)
        }
    }
}
