import ServingCore
import Shadow
import Telemetry

extension MetricsPage {
    /// Mirrored legs.
    func shadow(_ snapshot: MetricsSnapshot, _ page: inout PrometheusText) {
        let figures = self.trials.shadow.figures().sorted { $0.key < $1.key }
        page.family(
            "teal_shadow_requests_total",
            .counter,
            "Requests of all releases in this process; sampled = paired + dropped + teal_shadow_pending."
        )
        for (model, figure) in figures {
            for (state, count) in [
                ("sampled", figure.counts.sampled), ("paired", figure.counts.paired),
                ("dropped", figure.counts.droppedTotal), ("opted_out", figure.counts.optedOut),
            ] {
                page.sample("teal_shadow_requests_total", ["model": model, "state": state], count)
            }
        }
        page.family("teal_shadow_pending", .gauge, "Sampled requests that wait or run now.")
        for (model, figure) in figures { page.sample("teal_shadow_pending", ["model": model], figure.counts.pending) }
        page.family("teal_shadow_dropped_total", .counter, "Sampled requests of all releases that became no pair.")
        for (model, figure) in figures {
            for reason in ShadowDrop.allCases {
                page.sample(
                    "teal_shadow_dropped_total",
                    ["model": model, "reason": reason.rawValue],
                    figure.counts.dropped[reason.rawValue] ?? 0
                )
            }
        }
        page.family("teal_shadow_under_pressure", .gauge, "1 while the mirrored leg gives way to live requests.")
        for (model, figure) in figures {
            page.sample("teal_shadow_under_pressure", ["model": model], figure.isUnderPressure ? 1 : 0)
        }
        page.family(
            "teal_shadow_admitted_ratio",
            .gauge,
            "Share of sampled requests that the busiest event loop lets through."
        )
        page.sample("teal_shadow_admitted_ratio", [:], snapshot.shadowAdmitted)
    }

    /// The store of captured pairs.
    func captures(_ page: inout PrometheusText) {
        let figures = self.trials.store.figures()
        page.family("teal_captures_total", .counter, "Pairs handed to the store; appended = stored + dropped + queued.")
        page.sample("teal_captures_total", ["state": "appended"], figures.appended)
        page.sample("teal_captures_total", ["state": "stored"], figures.stored)
        page.sample("teal_captures_total", ["state": "expired"], figures.expired)
        page.family("teal_captures_dropped_total", .counter, "Pairs that were not stored.")
        for (reason, count) in figures.dropped.sorted(by: { $0.key < $1.key }) {
            page.sample("teal_captures_dropped_total", ["reason": reason], count)
        }
        page.family("teal_captures_queued", .gauge, "Pairs that wait to be written.")
        page.sample("teal_captures_queued", [:], figures.queuedPairs)
        page.family("teal_captures_bytes", .gauge, "Size of the database with its log.")
        page.sample("teal_captures_bytes", [:], figures.databaseBytes)
        page.family(
            "teal_captures_failing",
            .gauge,
            "1 while nothing can be stored: the last write failed, or the files could not be used at the start."
        )
        page.sample("teal_captures_failing", [:], figures.problem == nil ? 0 : 1)
    }
}
