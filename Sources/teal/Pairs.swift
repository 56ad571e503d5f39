import Admin
import ArgumentParser
import SemanticSearch
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

            --like is `teal search MODEL --pair`: what is like a pair. --vectors writes id, divergence, the beginnings of \
            request and answers, and the vectors of the newest pairs, for numpy.load.

            teal pairs sentiment --diverged --since 1h
            teal pairs sentiment --like 1700000000000007 --in change
            teal pairs sentiment --vectors sentiment.npz
            """
    )

    @Argument(help: "The model's name.")
    var model: String

    @OptionGroup var only: PairFilterOptions

    @Option(help: "newest, or divergence for the most divergent first.")
    var order = PairQuery.Order.newest

    @Option(
        parsing: .unconditional,
        help: """
            Number of rows, 1 to 1000 (default: 50); with --like 1 to 200 (20), with --vectors pairs, 1 to 100000 (10000).
            """
    )
    var limit: Int?

    @Option(help: "Only pairs with a smaller id.")
    var before: Int64?

    @Option(help: "Show this pair in full.")
    var id: Int64?

    @Option(
        help: """
            Write the kept requests of all trials, or of one with --release, to this file as JSON lines, for \
            `teal replay`; - is the standard output.
            """
    )
    var export: String?

    @Option(help: "Show pairs that are like this one.")
    var like: Int64?

    @Option(name: .customLong("in"), help: "What is compared with --like: requests, live, candidate or change.")
    var field: SearchQuery.Field?

    @Option(
        help: """
            Write the newest pairs of the newest trial, or of --release, with their vectors to this file as a NumPy \
            archive (.npz); - is the standard output.
            """
    )
    var vectors: String?

    @OptionGroup var admin: AdminOptions

    /// By more than the release.
    private var isFiltered: Bool {
        var ofRelease = PairFilter()
        ofRelease.release = self.only.release
        return self.only.filter != ofRelease || self.isPaged
    }

    private var isPaged: Bool { self.before != nil || self.order != .newest }

    func validate() throws {
        let modes = [
            ("--id", self.id != nil), ("--export", self.export != nil), ("--like", self.like != nil),
            ("--vectors", self.vectors != nil),
        ].filter(\.1).map(\.0)
        if modes.count > 1 { throw ValidationError("\(modes.joined(separator: " and ")) do not go together") }
        if self.id != nil, self.isFiltered || self.only.release != nil {
            throw ValidationError("--id takes no other filter")
        }
        if self.export != nil, self.isFiltered { throw ValidationError("--export takes no filter but --release") }
        if self.vectors != nil, self.isFiltered {
            throw ValidationError("--vectors takes no filter but --release and --limit")
        }
        if self.like != nil, self.isPaged { throw ValidationError("--like takes neither --before nor --order") }
        if self.limit != nil, self.id != nil || self.export != nil {
            throw ValidationError("--limit goes with neither --id nor --export")
        }
        if self.field != nil, self.like == nil { throw ValidationError("--in needs --like") }
        if self.before != nil, self.order != .newest { throw ValidationError("--before needs --order newest") }
        if self.export != nil, self.admin.json { throw ValidationError("--export writes JSON lines already") }
        if self.vectors != nil, self.admin.json { throw ValidationError("--vectors writes no JSON") }
    }

    func run() throws {
        if let export {
            try self.admin.run { client in try PairExport(path: export).run(client, self.model, self.only.release) }
        } else if let vectors {
            let limit = self.limit ?? VectorArchive.standard
            let export = VectorExport(path: vectors, release: self.only.release, limit: limit)
            try self.admin.run { client in try export.run(client, self.model) }
        } else if let like {
            try Search.show(self.likeness(of: like), self.admin)
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
        let filter = self.only.filter
        var query = PairQuery(
            model: self.model,
            release: filter.release,
            divergedOnly: filter.divergedOnly,
            limit: self.limit ?? 50
        )
        query.candidateOutcome = filter.candidateOutcome?.name
        query.liveOutcome = filter.liveOutcome?.name
        query.segment = filter.segment
        query.from = filter.from
        query.until = filter.until
        query.before = self.before
        query.order = self.order
        return query
    }

    private func likeness(of pair: Int64) -> SearchQuery {
        var query = SearchQuery(model: self.model, subject: .pair(pair), field: self.field ?? .requests)
        query.limit = self.limit ?? query.limit
        query.filter = self.only.filter
        return query
    }
}

extension PairQuery.Order: ExpressibleByArgument {}
