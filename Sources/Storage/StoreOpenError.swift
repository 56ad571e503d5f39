/// Why a database cannot be used at all: one line that names the file (never its folder) and what to do.
package struct StoreOpenError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// Written by a Teal that knows migrations this one does not.
        case newerSchema
        /// The content is not what was written.
        case damaged
        /// A database of another program.
        case foreign
        /// Locked, read-only, unreadable, full.
        case unavailable
    }

    package let kind: Kind
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    init(_ error: any Error, file: String) {
        switch SQLiteFailure(error) {
        case .damaged: self = .damaged(file)
        case let failure: self.init(.unavailable, "cannot open a database: \(failure.sentence(file))")
        }
    }

    static func damaged(_ file: String) -> Self {
        Self(.damaged, SQLiteFailure.damaged.sentence(file))
    }
}
