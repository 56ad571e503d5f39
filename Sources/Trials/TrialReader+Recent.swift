import Capture
import ServingCore

extension TrialReader {
    /// Up to `limit` V2 requests that the model's live version answered lately, newest first; none when the store cannot
    /// be read or keeps no readable ones.
    package func recentRequests(model: String, limit: Int) async -> [String] {
        var query = PairQuery(model: model, limit: limit)
        query.liveOutcome = Leg.Outcome.answered.name
        var lines: [String] = []
        for summary in (try? await self.store.pairs(query)) ?? [] {
            guard let pair = try? await self.store.pair(summary.id), let body = try? PairBody(decoding: pair.body),
                let line = RecordedRequest.line(body)
            else { continue }
            lines.append(line)
        }
        return lines
    }
}
