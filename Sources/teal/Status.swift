import Admin
import ArgumentParser
import ServingCore

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what the slots hold and which one is live.")

    @Argument(help: "Only this model, with more detail.")
    var model: String?

    @OptionGroup var admin: AdminOptions

    func run() throws {
        try self.admin.run { client in
            if let model { try client.model(model) } else { try client.models() }
        } describe: { answer in
            if self.model == nil {
                AdminReport.models(try answer.decode(ModelsDocument.self).models)
            } else {
                AdminReport.model(try answer.decode(ModelStatus.self))
            }
        }
    }
}

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show who changed what and why, newest first.")

    @Argument(help: "Only this model.")
    var model: String?

    @Option(help: "Number of rows, 1 to 1000.")
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
