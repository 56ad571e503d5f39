import Capture
import ServingCore

extension TrialReader {
    /// Up to `limit` V2 requests that the model's live version answered lately, newest first; none when the store cannot
    /// be read or keeps no readable ones. No more than `bytes` are read, and no more than `bytes` returned.
    package func recentRequests(model: String, limit: Int, bytes: Int) async -> [String] {
        var query = PairQuery(model: model, limit: limit)
        query.liveOutcome = Leg.Outcome.answered.name
        var lines: [String] = []
        var left = bytes
        for bytes in (try? await self.store.bodies(query, bytes: bytes)) ?? [] {
            guard let body = try? PairBody(decoding: bytes), let line = RecordedRequest.line(body),
                line.utf8.count <= left
            else { continue }
            left -= line.utf8.count
            lines.append(line)
        }
        return lines
    }
}
