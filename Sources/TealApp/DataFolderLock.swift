import Foundation
import Glibc
import SystemPackage

/// Holds a data folder for this process: two gateways on one control database would each believe their own routing.
/// The lock goes with the process, however it ends.
final class DataFolderLock: Sendable {
    private let file: FileDescriptor

    /// Makes the folder if it is missing. Throws one line when another gateway holds it.
    init(_ folder: FilePath) throws(ConfigurationError) {
        self.file = try Self.open(folder)
        guard self.tryLock() else { throw Self.isTaken(folder) }
    }

    /// As above, but gives a gateway that is stopping the time to end.
    init(_ folder: FilePath, waitingAtMost limit: Duration) async throws(ConfigurationError) {
        self.file = try Self.open(folder)
        let deadline = ContinuousClock.now + limit
        while !self.tryLock() {
            guard ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(20))) != nil else {
                throw Self.isTaken(folder)
            }
        }
    }

    /// - Parameter lock: a copy of another process's descriptor. The lock is of the open file, not of a process: it is held
    ///   until the last of its copies is closed.
    init(sharing lock: FileDescriptor) { self.file = lock }

    /// For the process that takes over; nil without a descriptor to spare.
    func copy() -> FileDescriptor? {
        let copy = fcntl(self.file.rawValue, F_DUPFD_CLOEXEC, 0)
        return copy < 0 ? nil : FileDescriptor(rawValue: copy)
    }

    private func tryLock() -> Bool { flock(self.file.rawValue, LOCK_EX | LOCK_NB) == 0 }

    private static func open(_ folder: FilePath) throws(ConfigurationError) -> FileDescriptor {
        do {
            try FileManager.default.createDirectory(
                atPath: folder.string,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            return try FileDescriptor.open(
                folder.appending("lock"),
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: .ownerReadWrite
            )
        } catch {
            throw ConfigurationError("data: cannot use the folder \(folder): \(error)")
        }
    }

    private static func isTaken(_ folder: FilePath) -> ConfigurationError {
        ConfigurationError(
            "data: another gateway uses the folder \(folder); stop it, take its place with --takeover, or choose another "
                + "with --data"
        )
    }

    deinit {
        try? self.file.close()
    }
}
