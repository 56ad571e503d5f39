import Admin
import ArgumentParser
import ServingCore

struct Unload: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Empty a slot that is not live.")

    @Argument(help: "The model's name.")
    var model: String

    @Argument(help: "blue or green.")
    var slot: Slot

    @Option(help: "Why; kept in the audit log.")
    var reason: String?

    @Option(help: "Act only if the model is still at this revision.")
    var revision: Int64?

    @OptionGroup var admin: AdminOptions

    func run() throws {
        let context = ActionContext(actor: Operator.name, reason: self.reason, expectedRevision: self.revision)
        try self.admin.run { client in
            try client.unload(model: self.model, slot: self.slot, context)
        } describe: { answer in
            AdminReport.action(try answer.decode(ActionReply.self), slot: self.slot)
        }
    }
}
