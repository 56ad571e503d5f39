import Gateway
import Remote
import Routing
import Telemetry
import Upstream

extension MetricsPage {
    /// Live requests to remote servers, by model and version.
    func upstreams(_ page: inout PrometheusText) async {
        var sums = (try? await self.publisher.upstreams()) ?? [:]
        for (key, counts) in self.remotes.all {
            sums[key, default: UpstreamCounters()].merge(counts)
        }
        let counters = sums.sorted { ($0.key.model, $0.key.version) < ($1.key.model, $1.key.version) }
        page.family(
            "teal_upstream_requests_total",
            .counter,
            "Live requests to remote servers; sent = answered + cancelled + all failures + on their way."
        )
        for (key, counts) in counters {
            for (state, count) in [
                ("sent", counts.requests), ("answered", counts.answered), ("cancelled", counts.cancelled),
            ] {
                page.sample(
                    "teal_upstream_requests_total",
                    ["model": key.model, "version": "\(key.version)", "state": state],
                    count
                )
            }
        }
        page.family(
            "teal_upstream_failures_total",
            .counter,
            "Live requests that a remote server did not answer, by why."
        )
        for (key, counts) in counters {
            for reason in UpstreamFailure.Reason.allCases where reason != .cancelled {
                page.sample(
                    "teal_upstream_failures_total",
                    ["model": key.model, "version": "\(key.version)", "reason": reason.label],
                    counts.failures(reason)
                )
            }
        }
        page.family(
            "teal_upstream_events_total",
            .counter,
            "Of requests passed on as they came: connections opened, used again, and closed for bytes nobody asked for; "
                + "requests sent again; circuit breakers opened; endpoints ejected."
        )
        for (key, counts) in counters {
            for (event, count) in [
                ("connection_opened", counts.connectionsOpened), ("connection_reused", counts.connectionsReused),
                ("unsolicited", counts.unsolicited), ("retry", counts.retries),
                ("breaker_opened", counts.breakersOpened), ("ejection", counts.ejections),
            ] {
                page.sample(
                    "teal_upstream_events_total",
                    ["model": key.model, "version": "\(key.version)", "event": event],
                    count
                )
            }
        }
    }

    /// Requests refused because there were too many, and event loops that did not run.
    func overload(_ page: inout PrometheusText) async {
        let refusals = await self.gateway.refusals()
        page.family(
            "teal_overload_refusals_total",
            .counter,
            "Requests refused because there were too many, by what was full."
        )
        for (reason, count) in [("in_flight", refusals.inFlight), ("loop", refusals.loop), ("queue", refusals.queue)] {
            page.sample("teal_overload_refusals_total", ["reason": reason], count)
        }
        page.family("teal_event_loop_stalls_total", .counter, "Times an event loop or the whole process stood still.")
        page.sample("teal_event_loop_stalls_total", [:], self.gateway.stalls)
    }
}
