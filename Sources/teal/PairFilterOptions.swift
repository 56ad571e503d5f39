import ArgumentParser
import SemanticSearch
import ServingCore

/// Which pairs a command looks at.
struct PairFilterOptions: ParsableArguments {
    @Flag(help: "Only pairs outside their comparators' tolerance.")
    var diverged = false

    @Option(
        help: "Only pairs whose candidate leg ended so: \(FilterText.outcomes).",
        transform: FilterText.outcome
    )
    var outcome: Leg.Outcome?

    @Option(help: "Only pairs whose live leg ended so.", transform: FilterText.outcome)
    var liveOutcome: Leg.Outcome?

    @Option(help: "Only pairs of this segment, e.g. tenant=acme.", transform: FilterText.segment)
    var segment: Segment?

    @Option(help: "Only pairs from then on: 1h, 2d, or ISO 8601.", transform: FilterText.time)
    var since: Int64?

    @Option(help: "Only pairs before then.", transform: FilterText.time)
    var until: Int64?

    @Option(help: "Only pairs of this trial; `teal releases MODEL` lists them. All if left out.")
    var release: Int64?

    func validate() throws {
        if let since, let until, since >= until { throw ValidationError("--since must be earlier than --until") }
    }

    var filter: PairFilter {
        var filter = PairFilter()
        filter.release = self.release
        filter.divergedOnly = self.diverged
        filter.liveOutcome = self.liveOutcome
        filter.candidateOutcome = self.outcome
        filter.segment = self.segment
        filter.from = self.since
        filter.until = self.until
        return filter
    }
}
