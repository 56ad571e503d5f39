import Admin
import ArgumentParser
import ServingCore

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show who changed what and why, newest first.")

    @Argument(help: "Only this model.")
    var model: String?

    @Option(parsing: .unconditional, help: "Number of rows, 1 to 1000.")
    var limit = 50

    @Option(help: "Only rows with a smaller number.")
    var before: Int64?

    @OptionGroup var admin: AdminOptions

    func run() throws {
        try self.admin.run { client in
            try client.audit(AuditQuery(model: self.model, before: self.before, limit: self.limit))
        } describe: { answer in
            AdminReport.audit(try answer.decode(AuditDocument.self).entries)
        }
    }
}
