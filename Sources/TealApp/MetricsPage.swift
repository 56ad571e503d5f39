import Admin
import Cutover
import Gateway
import Glibc
import Remote
import Routing
import SemanticSearch
import ServingCore
import SystemPackage
import Telemetry

/// The text of `/metrics`: what the event loops counted, what the slots are doing, and the process.
struct MetricsPage: Sendable {
    let publisher: RoutingPublisher
    let manager: SlotManager
    let store: any ControlStore
    let trials: TrialParts
    let search: (any SemanticSearching)?
    let webhooks: WebhookSender
    let gateway: GatewayServer
    let remotes: RemoteCounts

    /// - Parameter acknowledged: changes acknowledged by the admin API.
    func render(acknowledged: UInt64) async -> String {
        var page = PrometheusText()
        let snapshot = (try? await self.publisher.snapshot()) ?? MetricsSnapshot()
        Self.requests(snapshot, &page)
        Self.connections(snapshot, &page)
        await self.slots(snapshot, &page)
        await self.splits(&page)
        await self.upstreams(&page)
        await self.overload(&page)
        self.shadow(snapshot, &page)
        self.captures(&page)
        self.searched(&page)
        self.told(&page)
        page.family("teal_admin_acknowledged_total", .counter, "Changes acknowledged by the admin API.")
        page.sample("teal_admin_acknowledged_total", [:], acknowledged)
        if let rows = try? await self.store.auditCount() {
            page.family("teal_audit_rows", .gauge, "Rows in the audit log.")
            page.sample("teal_audit_rows", [:], rows)
        }
        Self.process(&page)
        return page.text
    }

    private func told(_ page: inout PrometheusText) {
        let figures = self.webhooks.figures
        page.family("teal_webhooks_total", .counter, "Events told to webhooks, by what became of them.")
        for (state, count) in [
            ("delivered", figures.delivered), ("failed", figures.failed), ("dropped", figures.dropped),
        ] {
            page.sample("teal_webhooks_total", ["state": state], count)
        }
    }

    private static func requests(_ snapshot: MetricsSnapshot, _ page: inout PrometheusText) {
        page.family(
            "teal_http_requests_total",
            .counter,
            "Requests with a complete head; accepted = answered + aborted + shed + in flight."
        )
        for (state, count) in [
            ("accepted", snapshot.accepted), ("answered", snapshot.answered), ("aborted", snapshot.aborted),
            ("shed", snapshot.shed),
        ] {
            page.sample("teal_http_requests_total", ["state": state], count)
        }
        let series = snapshot.series.sorted {
            ($0.key.model, $0.key.slot, $0.key.version) < ($1.key.model, $1.key.slot, $1.key.version)
        }
        page.family("teal_requests_total", .counter, "Inference requests by how they ended.")
        for (key, value) in series {
            for outcome in RequestOutcome.allCases {
                page.sample(
                    "teal_requests_total",
                    ["model": key.model, "slot": key.slot, "version": "\(key.version)", "outcome": outcome.label],
                    value.count(outcome)
                )
            }
        }
        page.family("teal_request_duration_seconds", .histogram, "Last byte of the request read to answer written.")
        for (key, value) in series {
            page.histogram(
                "teal_request_duration_seconds",
                ["model": key.model, "slot": key.slot, "version": "\(key.version)"],
                value.latency
            )
        }
    }

    private static func connections(_ snapshot: MetricsSnapshot, _ page: inout PrometheusText) {
        page.family("teal_connections", .gauge, "Open client connections.")
        page.sample("teal_connections", [:], snapshot.connectionsOpened - snapshot.connectionsClosed)
        page.family("teal_connections_total", .counter, "Client connections accepted.")
        page.sample("teal_connections_total", [:], snapshot.connectionsOpened)
        page.family("teal_connections_rejected_total", .counter, "Connections refused or ended by a limit.")
        for reason in ConnectionRejection.allCases {
            page.sample(
                "teal_connections_rejected_total",
                ["reason": reason.label],
                snapshot.rejections[Int(reason.rawValue)]
            )
        }
    }

    private func slots(_ snapshot: MetricsSnapshot, _ page: inout PrometheusText) async {
        let figures = await self.manager.figures()
        page.family("teal_generation", .gauge, "Number of the published routing table.")
        page.sample("teal_generation", [:], figures.generation)
        page.family("teal_in_flight", .gauge, "Requests running, by the generation they started on.")
        for (generation, count) in snapshot.inFlight.sorted(by: { $0.key < $1.key }) {
            page.sample("teal_in_flight", ["generation": "\(generation)"], count)
        }
        page.family("teal_dead_generation_handles", .gauge, "Claims on models by generations no longer published.")
        page.sample("teal_dead_generation_handles", [:], figures.deadHandles)
        page.family("teal_slot_live", .gauge, "1 for the slot that answers clients.")
        for slot in figures.slots {
            page.sample("teal_slot_live", ["model": slot.model, "slot": slot.slot.rawValue], slot.isLive ? 1 : 0)
        }
        page.family("teal_queue_depth", .gauge, "Requests waiting for a worker thread.")
        for slot in figures.slots {
            page.sample("teal_queue_depth", ["model": slot.model, "slot": slot.slot.rawValue], slot.queued)
        }
        page.family("teal_cutover_duration_seconds", .histogram, "Call to acknowledgement of every event loop.")
        page.histogram("teal_cutover_duration_seconds", [:], figures.cutovers)
    }

    private static func process(_ page: inout PrometheusText) {
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let seconds =
                Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
            page.family("process_cpu_seconds_total", .counter, "Processor time used.")
            page.sample("process_cpu_seconds_total", [:], seconds)
        }
        if let pages = Self.residentPages() {
            page.family("process_resident_memory_bytes", .gauge, "Resident memory.")
            page.sample("process_resident_memory_bytes", [:], pages * Int(sysconf(Int32(_SC_PAGESIZE))))
        }
    }

    /// Second number of /proc/self/statm.
    private static func residentPages() -> Int? {
        guard let file = try? FileDescriptor.open("/proc/self/statm", .readOnly) else { return nil }
        defer { try? file.close() }
        let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
}
