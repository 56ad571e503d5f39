import NIOCore
import ServingCore

/// What the demo says, as text.
enum DemoText {
    static func address(_ address: SocketAddress) -> String {
        "\(address.ipAddress ?? "127.0.0.1"):\(address.port ?? 0)"
    }

    static func opening(_ statuses: [ModelStatus], _ target: any DemoTarget) -> String {
        var lines = [
            "Teal is up: inference on http://\(self.address(target.inferenceAddress)), "
                + "control on http://\(self.address(target.adminAddress))"
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
        "\nHeld-out data of \(models.joined(separator: " and ")) as traffic: \(Figures.count(Int(plan.rate))) requests "
            + "per second for \(Int(plan.seconds)) s, with cutovers in the middle of it"
    }

    /// What to try next.
    static func closing(_ target: any DemoTarget, plan: DemoPlan, model: String) -> String {
        """
        Try it:
          head -1 \(plan.models)/\(model)/heldout.jsonl | curl -s --data-binary @- \
        http://\(self.address(target.inferenceAddress))/v2/models/\(model)/infer
          .build/release/teal status
          .build/release/teal status \(model)
          .build/release/teal pairs \(model) --diverged
          .build/release/teal promote \(model)
        """
    }
}
