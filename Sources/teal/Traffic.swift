import Admin
import ArgumentParser
import ServingCore

struct Traffic: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Show or set which part of live traffic is mirrored, and which share of clients the candidate answers.",
        discussion: """
            A client whose requests carry the same key always gets the same version, and keeps the candidate when the \
            share grows. --split 0 sends everybody to the live version again.
            """
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
    @Option(help: "Share of clients that the candidate answers, e.g. 5%; 0 for none.", transform: Self.share)
    var split: Double?

    @Option(
        help: "What tells clients apart: id (each request for itself), header:x-user or parameter:tenant.",
        transform: Self.key
    )
    var splitKey: SplitKey?

    @Option(help: "A whole number; another one brings other clients to the candidate first.")
    var splitSeed: Int64?

    @Option(help: "Shares to go through while checks pass, in percent, e.g. 1,5,25,50,100.", transform: Self.ramp)
    var ramp: [Double]?

    @Option(help: "How long each step of the ramp lasts at least, e.g. 10m.", transform: Self.step)
    var step: Int64?

    @Option(help: "Why; kept in the audit log.")
    var reason: String?

    @Option(help: "Act only if the model is still at this revision.")
    var revision: Int64?

    @OptionGroup var admin: AdminOptions

    private var change: TrafficChange? {
        let split = SplitChange(
            share: self.split,
            key: self.splitKey,
            seed: self.splitSeed,
            ramp: self.ramp,
            stepTime: self.step
        )
        let change = TrafficChange(shadow: self.shadow, noise: self.noise, resets: self.reset, split: split)
        return change == TrafficChange() ? nil : change
    }

    func validate() throws {
        if self.reset, self.shadow != nil || self.noise != nil {
            throw ValidationError("--reset goes with neither --shadow nor --noise")
        }
        guard self.change == nil, self.reason != nil || self.revision != nil else { return }
        throw ValidationError("--reason and --revision need a change, such as --shadow or --split")
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

    private static func key(_ text: String) throws -> SplitKey {
        guard let key = SplitKey(text) else {
            throw ValidationError("'\(TerminalText.clean(text, limit: 80))' is no key; \(SplitKey.rule)")
        }
        return key
    }

    private static func ramp(_ text: String) throws -> [Double] {
        guard let ramp = Share.parseRamp(text) else {
            throw ValidationError("'\(TerminalText.clean(text, limit: 80))' is not \(Share.rampRule)")
        }
        return ramp
    }

    private static func step(_ text: String) throws -> Int64 {
        guard let span = Span.microseconds(text), SplitChange.stepSeconds.contains(span / 1_000_000) else {
            throw ValidationError(
                "'\(TerminalText.clean(text, limit: 80))' is not \(Span.rule), from 1s to 30d"
            )
        }
        return span
    }
}
