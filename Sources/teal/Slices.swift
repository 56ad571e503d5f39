import Admin
import ArgumentParser
import SemanticSearch

/// `teal slices`: where the candidate differs most.
struct Slices: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the parts of the traffic that the candidate changed most, with examples.",
        discussion: """
            Slices are proposed on one half of the requests and confirmed on the other: those with * are confirmed. \
            `teal search MODEL TEXT --slice ID` looks into one.

            teal slices sentiment
            teal slices sentiment --release 1700000000000000 --json
            """
    )

    @Argument(help: "The model's name.")
    var model: String

    @Option(help: "A trial's number; the newest with kept pairs if left out.")
    var release: Int64?

    @OptionGroup var admin: AdminOptions

    func run() throws {
        try self.admin.run { client in
            try client.slices(model: self.model, release: self.release)
        } describe: { answer in
            SlicesReport.text(try answer.decode(SlicesDocument.self))
        }
    }
}
