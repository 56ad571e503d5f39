import Logging
import Routing
import ServingCore
import Shadow
import Slots

/// Mirroring: wherever a second version is ready beside the live one, a release runs.
extension SlotManager {
    /// Brings mirroring up to what is confirmed. Runs in the gate, after each change; does not touch who answers.
    func refreshTrials() async {
        // Before the start nothing is known of any model, and a release that goes on in another process must not end here.
        guard let trials = self.trials, self.hasStarted, !self.isFrozen else { return }
        let undecided = self.restoring.union(self.lateModels)
        let change = trials.book.update(self.entries.compactMapValues { $0.sides }, undecided: undecided)
        var plans: [String: MirrorPlan] = [:]
        for (name, release) in change.running {
            guard let entry = self.entries[name], let live = entry.answering(release.live.slot),
                let candidate = entry.answering(release.candidate.slot)
            else { continue }
            let manifest = live.manifest
            if let problem = manifest.capture.strangers(to: [live.signature, candidate.signature]) {
                // Rather no pairs than pairs that hold what somebody wanted removed.
                self.logger.error("not mirrored", metadata: ["model": "\(name)", "problem": "\(problem)"])
                continue
            }
            trials.begin(
                release,
                TrialTerms(
                    live: live.signature,
                    candidate: candidate.signature,
                    comparison: manifest.comparison,
                    capture: manifest.capture,
                    traffic: entry.traffic,
                    gate: manifest.gate
                )
            )
            plans[name] = MirrorPlan(
                trial: trials.shadow.open(
                    release,
                    live: live,
                    candidate: candidate,
                    limits: manifest.shadowLimits
                ),
                settings: entry.traffic,
                segments: manifest.segments
            )
        }
        await self.mirror(plans, trials, ended: change.ended)
    }

    /// Nothing is mirrored any more; the releases go on when the gateway starts again.
    func stopTrials() async {
        guard let trials = self.trials else { return }
        await self.mirror([:], trials, ended: [])
    }

    private func mirror(_ plans: [String: MirrorPlan], _ trials: TrialKeeper, ended: [Release]) async {
        // From here on nothing enters a lane that is not in the plans.
        try? await self.publisher.publish(plans)
        let before = self.mirrored
        self.mirrored = plans.mapValues(\.trial)
        for (name, trial) in before where self.mirrored[name] !== trial {
            let release = ended.first { $0.id == trial.release }
            let isEnding = self.isShuttingDown || self.isFrozen
            trials.shadow.close(trial, isEnding ? .shutdown : .candidateNotReady) {
                if let release { trials.end(release) }
            }
        }
        // Releases of an earlier process, which no trial of this one took up.
        for release in ended where !before.values.contains(where: { $0.release == release.id }) { trials.end(release) }
    }
}

extension ModelEntry {
    /// Nil unless both slots hold a version that can answer.
    fileprivate var sides: ReleaseBook.Sides? {
        guard let slot = self.record.live, let live = self.answering(slot), let other = self.answering(slot.other)
        else {
            return nil
        }
        return ReleaseBook.Sides(
            kind: self.role(of: slot.other) == .standby ? .standby : .candidate,
            live: .init(slot: slot, version: live.version, digest: live.digest),
            candidate: .init(slot: slot.other, version: other.version, digest: other.digest)
        )
    }
}
