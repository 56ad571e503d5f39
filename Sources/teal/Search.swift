import Admin
import ArgumentParser
import SemanticSearch
import ServingCore

/// `teal search`: kept pairs by what they mean.
struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find kept pairs by what requests or answers mean.",
        discussion: """
            Each row is one content, shown by the most divergent pair that has it; * marks those that diverged. \
            `teal pairs MODEL --id PAIR` shows one in full.

            teal search sentiment "not good" --diverged
            teal search sentiment "refund" --in candidate --since 1d
            teal search sentiment --pair 1700000000000007 --in change
            """
    )

    @Argument(help: "The model's name.")
    var model: String

    @Argument(help: "What to look for.")
    var text: String?

    @Option(help: "Look for what is like this pair.")
    var pair: Int64?

    @Option(
        name: .customLong("in"),
        help: "What is compared: requests, live, candidate, or change (the candidate's answer less the live one)."
    )
    var field = SearchQuery.Field.requests

    @Option(help: "volume: the static embedder; precise: the sentence model; auto: one finds, the other ranks.")
    var precision = SearchQuery.Precision.auto

    @Flag(help: "By meaning alone: exact words do not count.")
    var noWords = false

    @OptionGroup var only: PairFilterOptions

    @Option(
        parsing: .unconditional,
        help: "Only pairs of at least this divergence, e.g. 0.2 or 20%.",
        transform: FilterText.share
    )
    var least: Double?

    @Option(parsing: .unconditional, help: "Only pairs of at most this divergence.", transform: FilterText.share)
    var most: Double?

    @Option(help: "Only pairs of this slice; `teal slices MODEL` lists them.", transform: FilterText.slice)
    var slice: String?

    @Option(parsing: .unconditional, help: "Number of rows, 1 to 200.")
    var limit = 20

    @OptionGroup var admin: AdminOptions

    func validate() throws {
        guard (self.text == nil) != (self.pair == nil) else {
            throw ValidationError("write what to look for, or --pair ID, one of them")
        }
        if let text, text.allSatisfy(\.isWhitespace) { throw ValidationError("the text to look for is empty") }
        // What stands for bytes that are no UTF-8 when arguments are read.
        if let text, text.unicodeScalars.contains("\u{FFFD}") { throw ValidationError("the text is not valid UTF-8") }
        if self.noWords, self.text == nil { throw ValidationError("--no-words is for texts only") }
        guard SearchQuery.limits.contains(self.limit) else { throw ValidationError("--limit is between 1 and 200") }
        if let least, let most, least > most { throw ValidationError("--least is more than --most") }
    }

    func run() throws { try Self.show(self.query, self.admin) }

    static func show(_ query: SearchQuery, _ admin: AdminOptions) throws {
        try admin.run { client in
            try client.search(query)
        } describe: { answer in
            SearchReport.text(try answer.decode(SearchDocument.self))
        }
    }

    private var query: SearchQuery {
        let subject = self.pair.map(SearchQuery.Subject.pair) ?? .text(self.text ?? "")
        var query = SearchQuery(model: self.model, subject: subject, field: self.field)
        query.precision = self.precision
        query.usesWords = !self.noWords
        query.limit = self.limit
        query.filter = self.only.filter
        query.filter.leastDivergence = self.least
        query.filter.mostDivergence = self.most
        query.filter.slice = self.slice
        return query
    }
}

extension SearchQuery.Field: ExpressibleByArgument {}
extension SearchQuery.Precision: ExpressibleByArgument {}
