import Admin
import Cutover
import Routing
import ServingCore
import Telemetry

/// Measures what happened since it was asked last: what clients got of each slot, and what both legs of the pairs took.
actor LiveMeter {
    private let publisher: RoutingPublisher
    private let control: any ModelControl
    private let legs: LegMeter
    private var last = MetricsSnapshot()
    private var lastTime = MonotonicTime.now()

    init(publisher: RoutingPublisher, control: any ModelControl, legs: LegMeter) {
        self.publisher = publisher
        self.control = control
        self.legs = legs
    }

    func measure() async -> LiveFigures {
        let snapshot = (try? await self.publisher.snapshot()) ?? self.last
        let legs = self.legs.take()
        var models: [String: LiveFigures.Model] = [:]
        for status in await self.control.status() {
            models[status.model] = LiveFigures.Model(
                revision: status.revision,
                slots: self.slots(of: status.model, snapshot),
                mirrored: status.release.flatMap { legs[$0.id] }.map(Self.mirrored)
            )
        }
        let now = MonotonicTime.now()
        defer { (self.last, self.lastTime) = (snapshot, now) }
        return LiveFigures(at: WallClock.microseconds(), seconds: Double(now &- self.lastTime) / 1e9, models: models)
    }

    private func slots(of model: String, _ snapshot: MetricsSnapshot) -> [String: LiveFigures.Side] {
        var sides: [String: LiveFigures.Side] = [:]
        for (key, series) in snapshot.series where key.model == model {
            let before = self.last.series[key]
            let ended = { (outcome: RequestOutcome) in series.count(outcome) &- (before?.count(outcome) ?? 0) }
            let requests = RequestOutcome.allCases.reduce(0) { $1 == .aborted ? $0 : $0 &+ ended($1) }
            // The version that answers now; another one may have finished its last requests in the same second.
            guard requests > sides[key.slot]?.requests ?? 0 else { continue }
            let times = series.latency.since(before?.latency)
            sides[key.slot] = LiveFigures.Side(
                version: Int(key.version),
                requests: requests,
                errors: ended(.failed) &+ ended(.timeout) &+ ended(.shed),
                p50: times.seconds(0.5),
                p99: times.seconds(0.99)
            )
        }
        return sides
    }

    private static func mirrored(_ legs: LegMeter.Legs) -> LiveFigures.Mirrored {
        let side = { (side: LegMeter.Legs.Side) in
            LiveFigures.Side(
                requests: legs.pairs,
                errors: side.errors,
                p50: side.times.seconds(0.5),
                p99: side.times.seconds(0.99)
            )
        }
        return LiveFigures.Mirrored(pairs: legs.pairs, live: side(legs.live), candidate: side(legs.candidate))
    }
}

extension LatencyHistogram {
    fileprivate func seconds(_ q: Double) -> Double? { self.quantile(q).map { Double($0) / 1e9 } }
}
