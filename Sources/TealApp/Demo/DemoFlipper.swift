import ServingCore
import Synchronization

/// Performs the demo's cutovers through the control plane, one after another, and times them. Each promotion rests on the
/// verdict that the gate gave: it counts for these two versions as long as it has not expired.
final class DemoFlipper: Sendable {
    private let control: any ModelControl
    private let traffic: [LabelledTraffic]
    private let verdicts: [String: Int64]
    private let done = Atomic(0)

    init(control: any ModelControl, traffic: [LabelledTraffic], verdicts: [String: Int64]) {
        self.control = control
        self.traffic = traffic
        self.verdicts = verdicts
    }

    /// Cutovers that have returned so far.
    var count: Int { self.done.load(ordering: .relaxed) }

    /// Waits for the time of each; ends early when the task is cancelled.
    func perform(_ flips: [Flip], since start: ContinuousClock.Instant, clock: ContinuousClock) async -> [FlipRecord] {
        var records: [FlipRecord] = []
        for flip in flips {
            do { try await clock.sleep(until: start + .seconds(flip.at)) } catch { break }
            records.append(await self.perform(flip, clock))
            self.done.add(1, ordering: .relaxed)
        }
        return records
    }

    private func perform(_ flip: Flip, _ clock: ContinuousClock) async -> FlipRecord {
        var context = ActionContext(actor: "demo", reason: "demonstration under load", waitsForDrain: true)
        var record = FlipRecord(flip)
        let called = clock.now
        do throws(ControlError) {
            let reply: ActionReply
            switch flip.action {
            case .promote:
                context.verdict = self.verdicts[flip.model]
                reply = try await self.control.promote(model: flip.model, context)
            case .rollback: reply = try await self.control.rollback(model: flip.model, context)
            }
            record.returned = (clock.now - called) / .microseconds(1)
            record.acknowledged = reply.cutoverMicroseconds ?? record.returned
            record.isDrained = reply.drained == true
            self.traffic.first { $0.model == flip.model }?.observer.acknowledged(reply.status.generation)
        } catch {
            record.problem = "\(error.message) (\(error.code.rawValue))"
        }
        return record
    }
}
