/// A version that answers, and the slot it answers from: what another process needs to have the same ready.
package struct HeldVersion: Sendable, Codable, Hashable {
    package var model: String
    package var slot: Slot
    /// Folder of the repository it was loaded from.
    package var source: String
    package var version: Int
    package var digest: String
    package var isLive: Bool

    package init(model: String, slot: Slot, source: String, version: Int, digest: String, isLive: Bool) {
        self.model = model
        self.slot = slot
        self.source = source
        self.version = version
        self.digest = digest
        self.isLive = isLive
    }
}
