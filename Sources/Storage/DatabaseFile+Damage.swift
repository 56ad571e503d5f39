import Foundation

/// A file too large to be checked whole at the start may be found damaged in use. A mark beside it remembers that until
/// the next start, which sets the file aside.
extension DatabaseFile {
    private var mark: String { self.path + ".is-damaged" }

    var isMarkedDamaged: Bool { access(self.mark, F_OK) == 0 }

    func markDamaged() {
        let descriptor = open(self.mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
    }

    /// Renames the file at `path`, with its log, to `<file>.damaged-<suffix>` and removes the mark. Returns the new
    /// name, without folder.
    static func setAside(_ path: String, suffix: String) throws(StoreOpenError) -> String {
        let aside = path + ".damaged-" + suffix
        guard rename(path, aside) == 0 else {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            throw StoreOpenError(
                .damaged,
                "\(name) is damaged and cannot be set aside: \(String(cString: strerror(errno)))"
            )
        }
        _ = rename(path + "-wal", aside + "-wal")
        unlink(path + "-shm")
        unlink(path + ".is-damaged")
        return aside.split(separator: "/").last.map(String.init) ?? aside
    }

    /// Of the file with this ending, in bytes; 0 when there is none.
    func size(of ending: String) -> Int64 {
        var status = stat()
        return stat(self.path + ending, &status) == 0 ? Int64(status.st_size) : 0
    }
}
