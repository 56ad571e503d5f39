import Glibc
package import SystemPackage

/// The Unix socket in a data folder at which a running gateway can be asked for its place. Only its user can.
package struct HandoverAddress: Sendable {
    private let folder: FilePath
    private static let name = "handover.sock"

    package init(folder: FilePath) { self.folder = folder }

    /// Listens, in the place of whoever did before. Only who holds the folder's lock may.
    package func listen() throws(Errno) -> FileDescriptor {
        self.remove()
        return try self.open { (socket, address, size) throws(Errno) in
            // The system makes the file with the socket's mode.
            try Self.check(fchmod(socket, 0o600))
            try Self.check(bind(socket, address, size))
            try Self.check(Glibc.listen(socket, 8))
        }
    }

    /// Nil when nobody listens.
    package func connect() throws(Errno) -> FileDescriptor? {
        do throws(Errno) {
            return try self.open { (socket, address, size) throws(Errno) in
                try Self.check(Glibc.connect(socket, address, size))
            }
        } catch {
            guard error == .noSuchFileOrDirectory || error == .connectionRefused else { throw error }
            return nil
        }
    }

    package func remove() { unlink(self.folder.appending(Self.name).string) }

    /// A new socket, for which `body` has been called with the address.
    private func open(
        _ body: (CInt, UnsafePointer<sockaddr>, socklen_t) throws(Errno) -> Void
    ) throws(Errno) -> FileDescriptor {
        // A socket's path may have 107 bytes only, a folder's any number: the folder's descriptor is a short name for it.
        let folder = Glibc.open(self.folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try Self.check(folder)
        defer { close(folder) }
        var path = self.folder.appending(Self.name).string
        if path.utf8.count >= MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size {
            path = "/proc/self/fd/\(folder)/\(Self.name)"
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try Self.check(socket)
        do throws(Errno) {
            try withUnsafePointer(to: &address) { (address) throws(Errno) in
                try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { (address) throws(Errno) in
                    try body(socket, address, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            return FileDescriptor(rawValue: socket)
        } catch {
            close(socket)
            throw error
        }
    }

    private static func check(_ result: CInt) throws(Errno) {
        guard result >= 0 else { throw Errno(rawValue: errno) }
    }
}
