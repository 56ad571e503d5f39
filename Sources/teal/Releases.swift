import Admin
import ArgumentParser
import Trials

struct Releases: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a model's trials, newest first: which versions, how each ended, how many pairs.",
        discussion: "The number of a release is what --release of `status` and `pairs` takes."
    )

    @Argument(help: "The model's name.")
    var model: String

    @Option(parsing: .unconditional, help: "Number of rows, 1 to 1000.")
    var limit = 50

    @OptionGroup var admin: AdminOptions

    func run() throws {
        try self.admin.run { client in
            try client.releases(model: self.model, limit: self.limit)
        } describe: { answer in
            ReleaseReport.table(try answer.decode(ReleasesDocument.self))
        }
    }
}
