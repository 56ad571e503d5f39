import GRDB
package import ServingCore

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
    /// What an error of the database layer means to an operator; `file` is the last component of the path.
    package init(_ error: any Error, file: String) {
        self = .unavailable(SQLiteFailure(error).sentence(file))
    }
}
