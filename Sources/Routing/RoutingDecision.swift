package import ServingCore
package import Slots

extension ModelRoute {
    /// The slot that serves a request: the live one, or the one the client names by header or version if the model
    /// lets clients choose.
    package func decide(slot: Slot?, version: Int?) throws(InferenceError) -> SlotHandle {
        if let slot { return try self.chosen(slot, version: version) }
        guard let live = self.live else {
            throw InferenceError(.notReady, "model '\(self.name)' has no live version; load one and try again")
        }
        guard let version, version != live.model.version else { return live }
        return try self.holding(version, live: live)
    }

    private func chosen(_ slot: Slot, version: Int?) throws(InferenceError) -> SlotHandle {
        guard self.allowsSlotHeader || slot == self.live?.slot else {
            throw InferenceError(
                .forbidden,
                "model '\(self.name)' does not let clients choose a slot; set `slotHeader: true` in its manifest"
            )
        }
        guard let handle = self.handle(of: slot) else {
            throw InferenceError(.notReady, "slot \(slot.rawValue) of model '\(self.name)' holds no ready version")
        }
        guard version == nil || version == handle.model.version else {
            throw InferenceError(
                .notFound,
                "slot \(slot.rawValue) of model '\(self.name)' holds version \(handle.model.version), not \(version ?? 0)"
            )
        }
        return handle
    }

    private func holding(_ version: Int, live: SlotHandle) throws(InferenceError) -> SlotHandle {
        guard let other = self.handle(of: live.slot.other), other.model.version == version else {
            throw InferenceError(
                .notFound,
                "model '\(self.name)' has no version \(version) loaded; live is version \(live.model.version)"
            )
        }
        guard self.allowsSlotHeader else {
            throw InferenceError(
                .notFound,
                "version \(version) of model '\(self.name)' is loaded but not live; live is version \(live.model.version)"
            )
        }
        return other
    }
}
