import Testing

/// What must hold at the end of every test with traffic, read from the gateway's own metrics.
func expectLaws(_ admin: AdminCalls, _ sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let accepted = try await admin.metric(#"teal_http_requests_total{state="accepted"}"#)
    var ended = 0.0
    for state in ["answered", "aborted", "shed"] {
        ended += try await admin.metric(#"teal_http_requests_total{state="\#(state)"}"#) ?? .nan
    }
    #expect(accepted == ended, "accepted = answered + aborted + shed", sourceLocation: sourceLocation)
    let dead = try await admin.metric("teal_dead_generation_handles")
    #expect(dead == 0, "no generation but the current one holds a model", sourceLocation: sourceLocation)
}
