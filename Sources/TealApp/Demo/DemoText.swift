import LoadGenerator
import NIOCore
import Promotion
import ServingCore

/// What the demo says, as text.
enum DemoText {
    static func address(_ address: SocketAddress) -> String {
        "\(address.ipAddress ?? "127.0.0.1"):\(address.port ?? 0)"
    }

    static func opening(_ statuses: [ModelStatus], _ target: any DemoTarget) -> String {
        var lines = [
            "Teal is up: inference on http://\(self.address(target.inferenceAddress)), "
                + "control and dashboard on http://\(self.address(target.adminAddress))"
        ]
        for status in statuses {
            let slots = status.slots.filter { $0.version != nil }.map { slot in
                let accuracy = slot.metrics?["accuracy"].map { ", \(Figures.percent($0)) right on held-out data" } ?? ""
                let live = slot.slot == status.live ? " (live)" : ""
                return "\(slot.slot.rawValue)\(live) version \(slot.version ?? 0)\(accuracy)"
            }
            lines.append("  \(status.model): \(slots.joined(separator: "; "))")
        }
        return lines.joined(separator: "\n")
    }

    static func beginning(_ plan: DemoPlan, models: [String]) -> String {
        """

        Held-out data of \(models.joined(separator: " and ")) as traffic, \(Figures.count(Int(plan.rate))) requests per \
        second from here to the end; each answer is mirrored to the candidate, and the right label told a second later.
        1. May the candidates go live? The gate is asked until it knows.
        """
    }

    static func cuttingOver(_ promoted: [Judgement]) -> String {
        "\n2. Promoted on these verdicts, rolled back and promoted again, once slowly and then in a burst: "
            + promoted.map(\.model).joined(separator: " and ")
    }

    static func breaking(_ version: Int) -> String {
        "\n3. Version \(version) is broken on purpose; it becomes the next candidate in place of the standby."
    }

    static func remote(_ pair: DemoRemotePair) -> String {
        """

        The same with a remote pair: another server, http://\(self.address(pair.serverAddress)), runs both versions of \
        \(pair.model). A gateway before it passes requests on and mirrors them.
        """
    }

    /// How far the gate is with each.
    static func waiting(_ judgements: [Judgement], _ traffic: [(progress: LoadProgress, told: Int)]) -> String {
        let seconds = traffic.map(\.progress.seconds).max() ?? 0
        let (told, failed) = (traffic.reduce(0) { $0 + $1.told }, traffic.reduce(0) { $0 + $1.progress.failed })
        let parts = judgements.map { one in
            guard let given = one.given else { return "\(one.model): no pair yet" }
            let blocking = given.verdict.checks.filter { $0.enforcement == .block }
            let open = blocking.filter { $0.state == .undecided }.map(\.check.rawValue)
            let wait = "waits for \(open.first ?? "the verdict")" + (open.count > 1 ? " (+\(open.count - 1))" : "")
            return "\(one.model): \(Figures.count(Int(clamping: given.verdict.inputs.pairs))) pairs, "
                + "\(blocking.count { $0.state == .pass })/\(blocking.count) checks, "
                + (given.decision == .hold ? wait : given.decision.rawValue)
        }
        return "  \(Int(seconds)) s  \(Figures.count(failed)) failed  \(Figures.count(told)) labels  "
            + parts.joined(separator: "  ")
    }

    static func decision(_ judgement: Judgement) -> String {
        guard let given = judgement.given else { return "  \(judgement.model): the gate could not be asked" }
        let pairs = Figures.count(Int(clamping: given.verdict.inputs.pairs))
        let labels = Figures.count(Int(clamping: judgement.labels))
        let opening =
            "  \(judgement.model): \(given.decision.rawValue) version \(judgement.version) "
            + "(beside version \(given.verdict.inputs.live.version)), after \(pairs) pairs and \(labels) labels, "
            + Figures.seconds(judgement.seconds)
        return ([opening] + given.verdict.reasons.map { "    \($0)" }).joined(separator: "\n")
    }

    /// What to try next.
    static func closing(_ target: any DemoTarget, plan: DemoPlan, model: String) -> String {
        """
        See it: http://\(self.address(target.adminAddress))/ui/models/\(model)

        Try it:
          head -1 \(plan.models)/\(model)/heldout.jsonl | curl -s --data-binary @- \
        http://\(self.address(target.inferenceAddress))/v2/models/\(model)/infer
          .build/release/teal status
          .build/release/teal status \(model)
          .build/release/teal pairs \(model) --diverged
          .build/release/teal gate \(model)
          .build/release/teal promote \(model)
        """
    }
}
