import Cutover
import ServingCore
import Telemetry

extension MetricsPage {
    /// Splits that run; what they count begins anew when share, key or seed change.
    func splits(_ page: inout PrometheusText) async {
        let splits = await self.manager.splitCounts().sorted { $0.key < $1.key }
        page.family("teal_split_share", .gauge, "Share of clients that the candidate answers.")
        for (model, counts) in splits { page.sample("teal_split_share", ["model": model], counts.share) }
        page.family(
            "teal_split_requests_total",
            .counter,
            "Requests since the split is as it is, by who got them; those without the key went to the live version."
        )
        for (model, counts) in splits {
            for (side, count) in [
                ("live", counts.live), ("candidate", counts.candidate), ("unkeyed", counts.unkeyed),
            ] {
                page.sample("teal_split_requests_total", ["model": model, "side": side], count)
            }
        }
        page.family("teal_split_clients", .gauge, "Different clients among the first since the split is as it is.")
        for (model, counts) in splits {
            for (side, count) in [("live", counts.liveClients), ("candidate", counts.candidateClients)] {
                page.sample("teal_split_clients", ["model": model, "side": side], count)
            }
        }
    }
}
