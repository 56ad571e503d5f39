import Admin
import ArgumentParser
import Foundation
import ServingCore
import Trials

struct Pairs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show requests with what both versions answered, newest first.",
        discussion: """
            Pairs marked with * diverged. --id shows one in full; there, lines that begin with > differ.

            --export keeps a file that is there until the new one is complete. Each line is a request as it was kept, with \
            its id and the parameters that model.yaml declares as segments. Segments that came in headers are left out: a \
            V2 body has no place for them.
            """
    )

    @Argument(help: "The model's name.")
    var model: String

    @Flag(help: "Only pairs outside their comparators' tolerance.")
    var diverged = false

    @Option(help: "Only pairs whose candidate leg ended so: \(Self.outcomes.joined(separator: ", ")).")
    var outcome: String?

    @Option(help: "Only pairs whose live leg ended so.")
    var liveOutcome: String?

    @Option(help: "Only pairs of this segment, e.g. tenant=acme.", transform: Self.segment)
    var segment: Segment?

    @Option(help: "Only pairs from then on: 1h, 2d, or ISO 8601.", transform: Self.time)
    var since: Int64?

    @Option(help: "Only pairs before then.", transform: Self.time)
    var until: Int64?

    @Option(help: "newest, or divergence for the most divergent first.")
    var order = PairQuery.Order.newest

    @Option(help: "Number of rows, 1 to 1000.")
    var limit = 50

    @Option(help: "Only pairs with a smaller id.")
    var before: Int64?

    @Option(help: "Only pairs of this trial; `teal releases MODEL` lists them. All if left out.")
    var release: Int64?

    @Option(help: "Show this pair in full.")
    var id: Int64?

    @Option(
        help: """
            Write the kept requests of all trials, or of one with --release, to this file as JSON lines, for \
            `teal replay`; - is the standard output.
            """
    )
    var export: String?

    @OptionGroup var admin: AdminOptions

    private var isFiltered: Bool {
        self.diverged || self.outcome != nil || self.liveOutcome != nil || self.segment != nil || self.since != nil
            || self.until != nil || self.before != nil || self.order != .newest
    }

    func validate() throws {
        for outcome in [self.outcome, self.liveOutcome] {
            guard let outcome, !Self.outcomes.contains(outcome) else { continue }
            throw ValidationError("an outcome is one of: \(Self.outcomes.joined(separator: ", "))")
        }
        if self.id != nil, self.isFiltered || self.export != nil || self.release != nil {
            throw ValidationError("--id takes no other filter")
        }
        if self.export != nil, self.isFiltered { throw ValidationError("--export takes no filter but --release") }
        if self.before != nil, self.order != .newest { throw ValidationError("--before needs --order newest") }
        if self.export != nil, self.admin.json { throw ValidationError("--export writes JSON lines already") }
    }

    func run() throws {
        if let export {
            try self.admin.run { client in try PairExport(path: export).run(client, self.model, self.release) }
        } else if let id {
            try self.admin.run { client in
                try client.pair(model: self.model, id: id)
            } describe: { answer in
                PairReport.pair(try answer.decode(PairDocument.self))
            }
        } else {
            try self.admin.run { client in
                try client.pairs(self.query)
            } describe: { answer in
                PairReport.table(try answer.decode(PairsDocument.self))
            }
        }
    }

    private var query: PairQuery {
        var query = PairQuery(
            model: self.model,
            release: self.release,
            divergedOnly: self.diverged,
            limit: self.limit
        )
        query.candidateOutcome = self.outcome
        query.liveOutcome = self.liveOutcome
        query.segment = self.segment
        query.from = self.since
        query.until = self.until
        query.before = self.before
        query.order = self.order
        return query
    }

    private static let outcomes = Leg.Outcome.allCases.map(\.name)

    private static func segment(_ text: String) throws -> Segment {
        guard let segment = Segment(text) else { throw ValidationError("write \(Segment.rule)") }
        return segment
    }

    private static func time(_ text: String) throws -> Int64 {
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        guard let time = PointInTime.microseconds(text, before: now) else {
            throw ValidationError(
                "'\(TerminalText.clean(text, limit: 80))' is no time: write 30m, 1h, 2d, or \(PointInTime.rule)"
            )
        }
        return time
    }
}

extension PairQuery.Order: ExpressibleByArgument {}
