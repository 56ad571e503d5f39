import Foundation
import Glibc
import SystemPackage

/// Holds a data folder for this process: two gateways on one control database would each believe their own routing.
/// The lock goes with the process, however it ends.
final class DataFolderLock: Sendable {
    private let file: FileDescriptor

    /// Makes the folder if it is missing. Throws one line when another gateway holds it.
    init(_ folder: FilePath) throws(ConfigurationError) {
        let path = folder.appending("lock")
        do {
            try FileManager.default.createDirectory(
                atPath: folder.string,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            self.file = try FileDescriptor.open(
                path,
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: .ownerReadWrite
            )
        } catch {
            throw ConfigurationError("data: cannot use the folder \(folder): \(error)")
        }
        guard flock(self.file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            try? self.file.close()
            throw ConfigurationError(
                "data: another gateway uses the folder \(folder); stop it or choose another with --data"
            )
        }
    }

    deinit {
        try? self.file.close()
    }
}
