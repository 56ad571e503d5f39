import Foundation

/// The file on disk under the store: its mode, and whether the path still leads to it.
struct DatabaseFile: Sendable {
    let path: String
    /// Last component of the path: all that messages may show.
    let name: String
    private var identity: Identity?

    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64
    }

    /// Makes missing folders (0700) and the file (0600) before SQLite would make it with the process's default mode.
    init(creatingIfMissing path: String) throws(StoreOpenError) {
        self.path = path
        self.name = path.split(separator: "/").last.map(String.init) ?? path
        try self.createFolders()
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            // Also narrows a file that somebody created with a wider mode; SQLite's log and index files copy it.
            _ = fchmod(descriptor, 0o600)
            _ = Foundation.close(descriptor)
        } else if errno != EACCES && errno != EROFS {
            throw StoreOpenError(
                .unavailable,
                "cannot open \(self.name): \(String(cString: strerror(errno)))"
            )
        }
    }

    /// Takes note of which file `path` leads to.
    mutating func remember() throws(StoreOpenError) {
        guard let found = self.current() else {
            throw StoreOpenError(.unavailable, "cannot open \(self.name): it vanished while being opened")
        }
        self.identity = found
    }

    /// False when the file was moved, deleted or replaced: SQLite would go on writing to a file that no restart finds.
    /// Costs one `stat`.
    var isInPlace: Bool { self.current() == self.identity }

    private func current() -> Identity? {
        var status = stat()
        guard stat(self.path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    private func createFolders() throws(StoreOpenError) {
        let folder = (self.path as NSString).deletingLastPathComponent
        guard !folder.isEmpty else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StoreOpenError(
                .unavailable,
                "cannot create the folder of \(self.name): \(String(cString: strerror(errno)))"
            )
        }
    }
}
