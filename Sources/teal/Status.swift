import Admin
import ArgumentParser
import Foundation
import ServingCore
import Trials

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the slots hold, which one is live and how the trial of the other goes."
    )

    @Argument(help: "Only this model, with more detail.")
    var model: String?

    @Flag(help: "Show how each output is compared, why, and how to have it compared otherwise.")
    var comparators = false

    @Option(help: "Show this trial of the model alone, over or not; `teal releases MODEL` lists them.")
    var release: Int64?

    @OptionGroup var admin: AdminOptions

    func validate() throws {
        guard self.model == nil else { return }
        if self.comparators { throw ValidationError("--comparators needs a model") }
        if self.release != nil { throw ValidationError("--release needs a model") }
    }

    func run() throws {
        guard let model else {
            return try self.admin.run { client in
                try client.models()
            } describe: { answer in
                AdminReport.models(try answer.decode(ModelsDocument.self).models)
            }
        }
        guard !self.comparators else {
            return try self.admin.run { client in
                try client.comparators(model: model, release: self.release)
            } describe: { answer in
                ComparatorReport.text(try answer.decode(ComparatorsDocument.self))
            }
        }
        guard self.release == nil else {
            return try self.admin.run { client in
                try client.trial(model: model, release: self.release)
            } describe: { answer in
                TrialReport.text(try answer.decode(TrialDocument.self))
            }
        }
        try self.admin.run { client in
            let answer = try client.model(model)
            var text = answer.text + "\n"
            if !self.admin.json {
                let status = try answer.decode(ModelStatus.self)
                text = AdminReport.model(status) + "\n"
                if let release = status.release, let trial = try self.trial(release, client) {
                    text += TrialReport.text(trial)
                } else {
                    text += "no trial is running; `teal releases \(status.model)` lists those that ended\n"
                }
            }
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        }
    }

    /// Nil when it ended meanwhile and nothing is known of it any more.
    private func trial(_ release: Release, _ client: AdminClient) throws -> TrialDocument? {
        do {
            return try client.trial(model: release.model, release: release.id).decode(TrialDocument.self)
        } catch {
            guard error.code == "not_found" else { throw error }
            return nil
        }
    }
}
