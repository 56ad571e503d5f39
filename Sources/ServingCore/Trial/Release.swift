/// One trial: a version that does not answer clients against the one that does. All evidence hangs on it. Reverse shadow
/// after a promotion is a release too, of kind `standby`.
package struct Release: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable {
        /// A version that has not been live is tried.
        case candidate
        /// The version that was live before the last promotion is kept checked, so that a rollback is to a known side.
        case standby
    }

    package enum End: String, Sendable, Codable {
        case promoted
        case rolledBack = "rolled_back"
        case rejected
        /// One of the two versions left its slot.
        case abandoned
    }

    /// One of the two versions compared.
    package struct Side: Sendable, Codable, Equatable {
        package var slot: Slot
        package var version: Int
        /// Lower-case hex SHA-256 of the version's files.
        package var digest: String

        package init(slot: Slot, version: Int, digest: String) {
            self.slot = slot
            self.version = version
            self.digest = digest
        }
    }

    /// Microseconds since 1970 at its begin, made unique.
    package var id: Int64
    package var model: String
    package var kind: Kind
    package var live: Side
    /// The mirrored side: candidate or standby.
    package var candidate: Side
    /// Microseconds since 1970; nil while it runs.
    package var ended: Int64?
    package var end: End?

    package init(id: Int64, model: String, kind: Kind, live: Side, candidate: Side) {
        self.id = id
        self.model = model
        self.kind = kind
        self.live = live
        self.candidate = candidate
    }
}
