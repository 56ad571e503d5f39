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
