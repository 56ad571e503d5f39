import ServingCore
import Synchronization

/// Performs the demo's cutovers through the control plane, one after another, and times them.
final class DemoFlipper: Sendable {
    private let control: any ModelControl
    private let observers: [String: AnswerObserver]
    private let done = Atomic(0)

    init(control: any ModelControl, observers: [String: AnswerObserver]) {
        self.control = control
        self.observers = observers
    }

    /// Cutovers that have returned so far.
    var count: Int { self.done.load(ordering: .relaxed) }

    /// True if the slot that is not live is ready to be.
    static func canFlip(_ status: ModelStatus) -> Bool {
        status.slots.contains { $0.slot != status.live && $0.state == "ready" }
    }

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
        let context = ActionContext(actor: "demo", reason: "demonstration under load", waitsForDrain: true)
        var record = FlipRecord(flip)
        let called = clock.now
        do throws(ControlError) {
            let reply =
                switch flip.action {
                case .promote: try await self.control.promote(model: flip.model, context)
                case .rollback: try await self.control.rollback(model: flip.model, context)
                }
            record.returned = (clock.now - called) / .microseconds(1)
            record.acknowledged = reply.cutoverMicroseconds ?? record.returned
            record.isDrained = reply.drained == true
            self.observers[flip.model]?.acknowledged(reply.status.generation)
        } catch {
            record.problem = "\(error.message) (\(error.code.rawValue))"
        }
        return record
    }
}
