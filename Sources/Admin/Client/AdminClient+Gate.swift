package import Promotion
import ServingCore

extension AdminClient {
    /// What the gate says now. Answers with status 409 too when it does not say promote: the body is the same.
    package func gate(model: String) throws(AdminClientError) -> AdminAnswer {
        let answer = try self.send("GET", "/gate/\(try Self.segment(model))")
        guard answer.status == 409, (try? answer.decode(GateDocument.self)) != nil else { return try answer.checked() }
        return answer
    }

    /// Newest first.
    package func verdicts(model: String, limit: Int) throws(AdminClientError) -> AdminAnswer {
        try self.get(try Self.path("verdicts", model, [("limit", "\(limit)")]))
    }

    /// Nil `release`: the running one, or the newest.
    package func report(
        model: String,
        format: ReportFormat,
        release: Int64?
    ) throws(AdminClientError) -> AdminAnswer {
        try self.get(
            try Self.path("report", model, [("format", format.rawValue), ("release", release.map(String.init))])
        )
    }

    /// - Parameter body: JSON as the API takes it.
    package func feedback(model: String, body: String) throws(AdminClientError) -> AdminAnswer {
        try self.send("POST", try Self.path("feedback", model, []), body: body).checked()
    }
}
