import GRDB
import ServingCore

/// Why the control database cannot be used at all: one line that names the file (never its folder) and what to do.
package struct ControlStoreOpenError: Error, Sendable, Equatable, CustomStringConvertible {
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
        case let failure: self.init(.unavailable, "cannot open control database: \(failure.sentence(file))")
        }
    }

    static func damaged(_ file: String) -> Self {
        Self(.damaged, SQLiteFailure.damaged.sentence(file))
    }
}

/// A row that SQLite delivered and that cannot be what was written.
struct DamagedRow: Error {}

/// The kinds of failure an operator can tell apart.
enum SQLiteFailure: Equatable {
    case locked
    case full
    case readOnly
    case gone
    case damaged
    case inputOutput
    case other(String)

    init(_ error: any Error) {
        guard let error = error as? DatabaseError else {
            self = error is DamagedRow ? .damaged : .other("\(type(of: error))")
            return
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .locked
        case .SQLITE_FULL: self = .full
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: self = .readOnly
        case .SQLITE_CANTOPEN, .SQLITE_MISUSE: self = .gone
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_SCHEMA, .SQLITE_ERROR: self = .damaged
        case .SQLITE_IOERR, .SQLITE_NOLFS: self = .inputOutput
        default: self = .other(error.resultCode.description)
        }
    }

    func sentence(_ file: String) -> String {
        switch self {
        case .locked: "\(file) is locked by another process; end that process or try again"
        case .full: "the disk that holds \(file) is full; free some space and try again"
        case .readOnly: "\(file) is read-only; make the file and its folder writable for this user"
        case .gone: "\(file) cannot be opened; check that it and its folder exist and are writable for this user"
        case .damaged:
            "\(file) is damaged; restore a copy from backup, or move it away to start from the configuration"
        case .inputOutput: "the disk that holds \(file) reports an error; check the system log and try again"
        case .other(let what): "\(file) cannot be used (\(what))"
        }
    }
}

extension StoreError {
    init(_ error: any Error, file: String) {
        self = .unavailable(SQLiteFailure(error).sentence(file))
    }
}
