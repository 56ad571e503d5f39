import Admin
import ArgumentParser
import ServingCore

struct Promote: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make the other slot live, in one step.")

    @Argument(help: "The model's name.")
    var model: String

    @Flag(help: "Promote although the gate does not say promote, or the contract is broken; needs --reason.")
    var force = false

    @Option(help: "The verdict it shall rest on, as `teal gate` gave it; what the gate says now if left out.")
    var verdict: Int64?

    @Option(help: "Why; kept in the audit log.")
    var reason: String?

    @Option(help: "Act only if the model is still at this revision.")
    var revision: Int64?

    @Flag(help: "Return only when no request of the old generation is running any more.")
    var waitForDrain = false

    @OptionGroup var admin: AdminOptions

    func validate() throws {
        if self.force && self.reason == nil { throw ValidationError("--force needs --reason") }
    }

    func run() throws {
        var context = ActionContext(
            actor: Operator.name,
            reason: self.reason,
            expectedRevision: self.revision,
            force: self.force,
            waitsForDrain: self.waitForDrain
        )
        context.verdict = self.verdict
        try self.admin.run { [context] client in
            try client.promote(model: self.model, context)
        } describe: { answer in
            AdminReport.action(try answer.decode(ActionReply.self))
        }
    }
}
