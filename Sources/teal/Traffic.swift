import Admin
import ArgumentParser
import ServingCore

struct Traffic: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show or set which part of live traffic is mirrored to the other slot."
    )

    @Argument(help: "The model's name.")
    var model: String

    @Option(help: "Share of live requests that are mirrored, e.g. 25% or 0.25.", transform: Self.share)
    var shadow: Double?

    @Option(
        help: "Share of mirrored requests for which the live version is asked again, e.g. 10%.",
        transform: Self.share
    )
    var noise: Double?

    @Flag(help: "Take back what was set, so that the manifest decides again.")
    var reset = false

    @Option(help: "Why; kept in the audit log.")
    var reason: String?

    @Option(help: "Act only if the model is still at this revision.")
    var revision: Int64?

    @OptionGroup var admin: AdminOptions

    private var change: TrafficChange? {
        guard self.shadow != nil || self.noise != nil || self.reset else { return nil }
        return TrafficChange(shadow: self.shadow, noise: self.noise, resets: self.reset)
    }

    func validate() throws {
        if self.reset, self.shadow != nil || self.noise != nil {
            throw ValidationError("--reset goes with neither --shadow nor --noise")
        }
        guard self.change == nil, self.reason != nil || self.revision != nil else { return }
        throw ValidationError("--reason and --revision need --shadow, --noise or --reset")
    }

    func run() throws {
        guard let change else {
            return try self.admin.run { client in
                try client.model(self.model)
            } describe: { answer in
                AdminReport.traffic(try answer.decode(ModelStatus.self))
            }
        }
        let context = ActionContext(actor: Operator.name, reason: self.reason, expectedRevision: self.revision)
        try self.admin.run { client in
            try client.setTraffic(change, model: self.model, context)
        } describe: { answer in
            AdminReport.action(try answer.decode(ActionReply.self))
        }
    }

    private static func share(_ text: String) throws -> Double {
        guard let share = Share.parse(text) else {
            throw ValidationError("'\(TerminalText.clean(text, limit: 80))' is not \(Share.rule)")
        }
        return share
    }
}
