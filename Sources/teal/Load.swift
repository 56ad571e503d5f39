import Admin
import ArgumentParser
import ServingCore

struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load a version into a slot: verify it, check the contract, warm it up."
    )

    @Argument(help: "The model's name.")
    var model: String

    @Argument(help: "blue or green.")
    var slot: Slot

    @Argument(help: "A folder of the model repository; the model's own if left out.")
    var source: String?

    @Option(help: "The version; the highest if left out.")
    var version: Int?

    @Flag(inversion: .prefixedNo, help: "Return only when the slot is ready or has failed.")
    var wait = true

    @Flag(help: "Load although the version breaks the contract with live; needs --reason.")
    var force = false

    @Option(help: "Why; kept in the audit log.")
    var reason: String?

    @Option(help: "Act only if the model is still at this revision.")
    var revision: Int64?

    @OptionGroup var admin: AdminOptions

    func validate() throws {
        if self.force && self.reason == nil { throw ValidationError("--force needs --reason") }
    }

    func run() throws {
        var request = LoadRequest(model: self.model, slot: self.slot, waits: self.wait)
        request.source = self.source
        request.version = self.version
        let context = ActionContext(
            actor: Operator.name,
            reason: self.reason,
            expectedRevision: self.revision,
            force: self.force
        )
        try self.admin.run { client in
            try client.load(request, context)
        } describe: { answer in
            AdminReport.action(try answer.decode(ActionReply.self), slot: self.slot)
        }
    }
}
