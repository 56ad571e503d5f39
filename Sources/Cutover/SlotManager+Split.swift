import Routing
package import ServingCore
import Slots
import Telemetry

/// Which clients the candidate answers.
extension SlotManager: SplitControl {
    /// Sends `share` of a model's clients to its candidate: what a ramp does at each step, with 0 to take it back. What
    /// is left of the ramp lies above `share`.
    package func setSplitShare(
        _ share: Double,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        guard (0...1).contains(share) else {
            throw ControlError(.invalidRequest, "a split must be a share between 0 and 1")
        }
        return try await self.changeTraffic(model, context, fingerprint: "split \(model) \(share)") {
            (entry, record, time) throws(ControlError) in
            try self.setSplit(entry.split.moved(to: share, at: time), entry, &record)
        }
    }

    /// Puts `split` into `record`. Returns what changed, in words.
    func setSplit(
        _ split: SplitSettings,
        _ entry: ModelEntry,
        _ record: inout ModelRecord
    ) throws(ControlError) -> String {
        if split.share > 0 { try self.checkCandidate(entry) }
        record.split = split
        return "split \(entry.split.sentence) -> \(split.sentence) (\(SplitBucket.algorithm))"
    }

    /// Clients may be sent to a version that is ready, is on trial and takes every request they may send.
    private func checkCandidate(_ entry: ModelEntry) throws(ControlError) {
        let model = entry.record.model
        guard let slot = entry.record.live?.other, let live = entry.answering(entry.record.live) else {
            throw ControlError(
                .notReady,
                "model '\(model)' has no live version that is ready; a split needs two versions"
            )
        }
        let status = entry.status(of: slot)
        guard let candidate = entry.answering(slot) else {
            throw ControlError(
                entry[slot].machine.isBusy ? .slotBusy : .notReady,
                "slot \(slot.rawValue) of model '\(model)' is \(status.state)"
                    + (status.detail.map { ": \($0)" } ?? "") + "; a split needs a candidate that is ready"
            )
        }
        guard status.role == .candidate else {
            throw ControlError(
                .notReady,
                "slot \(slot.rawValue) of model '\(model)' holds the standby of the last promotion, which a split does not "
                    + "go to; roll back, or load a candidate"
            )
        }
        guard !entry[slot].machine.isBusy else {
            throw ControlError(
                .slotBusy,
                "slot \(slot.rawValue) of model '\(model)' is \(status.state): its version is about to be replaced"
            )
        }
        let differences = Contract.differences(live: live.signature, candidate: candidate.signature)
        guard differences.isEmpty else {
            throw ControlError(
                .contractBroken,
                "version \(candidate.version) does not accept every request version \(live.version) accepts, so it "
                    + "cannot share its clients",
                details: differences
            )
        }
    }

    /// What routing is told of a model's split; one that is new or has changed gets a number of its own. Runs in the gate.
    func splitPlan(_ entry: ModelEntry) -> SplitPlan? {
        let model = entry.record.model
        guard let split = entry.runningSplit else {
            self.splits[model] = nil
            return nil
        }
        if let plan = self.splits[model], plan.share == split.share, plan.key == split.key, plan.seed == split.seed {
            return plan
        }
        self.splitEpoch += 1
        let plan = SplitPlan(share: split.share, key: split.key, seed: split.seed, epoch: self.splitEpoch)
        self.splits[model] = plan
        return plan
    }

    /// What became of the splits that run, by model. One that is being changed at the moment is left out.
    package func splitCounts() async -> [String: SplitCounts] {
        let tallies = (try? await self.publisher.splits()) ?? [:]
        return tallies.filter { model, tally in self.splits[model]?.epoch == tally.epoch }.mapValues(\.counts)
    }
}

extension ModelEntry {
    /// How clients are shared out: as an operator said, else as the live version's manifest does, with nobody sent to
    /// the candidate.
    var split: SplitSettings {
        if let split = self.record.split { return split }
        let manifest = self.answering(self.record.live)?.manifest
        return SplitSettings(
            key: manifest?.splitKey ?? .requestID,
            seed: manifest?.splitSeed ?? SplitBucket.seed(of: self.record.model)
        )
    }

    /// The split as far as it can be carried out: with a live version and a candidate that answer.
    fileprivate var runningSplit: SplitSettings? {
        let split = self.split
        guard split.share > 0, let live = self.record.live, self.answering(live) != nil,
            self.role(of: live.other) == .candidate
        else {
            return nil
        }
        return split
    }
}

extension ModelRecord {
    /// Sends everybody to the live version again: for a change after which the candidate is another version, or none.
    /// Key and seed stay, so that the same clients come first the next time. Returns what changed, in words; nil when
    /// nothing did.
    mutating func endSplit(at now: Int64) -> String? {
        guard let split, split.share > 0 else { return nil }
        self.split = split.moved(to: 0, at: now)
        return "split \(split.share) -> 0.0"
    }
}

extension SplitSettings {
    /// `0.05 by header:x-user, seed 7, then 0.25 0.5 1.0 every 600 s`
    fileprivate var sentence: String {
        var text = "\(self.share) by \(self.key.text), seed \(self.seed)"
        guard !self.ramp.isEmpty else { return text }
        text += ", then \(self.ramp.map { "\($0)" }.joined(separator: " ")) every \(self.stepTime / 1_000_000) s"
        return text
    }
}
