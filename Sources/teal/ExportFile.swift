import Admin
import Dispatch
import Glibc
import SystemPackage

/// Where a command's result goes. A file takes its name only once it is complete: until then what stood there stays.
final class ExportFile {
    private let descriptor: FileDescriptor
    /// The file to replace and the one beside it that is written; nil for devices and pipes, which are written to at once.
    private let names: (final: String, partial: String)?
    private var signals: [any DispatchSourceSignal] = []

    /// What `body` writes, whole or not at all. What the system refuses is a `CommandFailure`.
    ///
    /// - Parameters:
    ///   - path: `-` is the standard output.
    ///   - permissions: of a new file; unless given for this user only, as it is what clients sent.
    static func write<Value>(
        to path: String,
        permissions: FilePermissions = .ownerReadWrite,
        _ body: (ExportFile) throws -> Value
    ) throws -> Value {
        do {
            let file = try ExportFile(path, permissions)
            defer { file.close() }
            let value = try body(file)
            try file.finish()
            return value
        } catch let error as Errno {
            throw CommandFailure("cannot write \(TerminalText.clean(path, limit: 400)): \(error)")
        }
    }

    /// Throws `Errno`.
    private init(_ path: String, _ permissions: FilePermissions) throws {
        guard path != "-" else {
            self.descriptor = .standardOutput
            self.names = nil
            return
        }
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT != S_IFREG {
            self.descriptor = try .open(path, .writeOnly, options: .closeOnExec)
            self.names = nil
            return
        }
        if isThere, access(path, W_OK) != 0 { throw Errno(rawValue: errno) }
        // A link goes on leading to its file.
        let final = isThere ? try Self.resolved(path) : path
        let partial = "\(final).partial-\(getpid())"
        self.descriptor = try .open(
            partial,
            .writeOnly,
            options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: permissions
        )
        self.names = (final, partial)
        self.signals = [SIGINT, SIGTERM].map { Self.remove(partial, on: $0) }
    }

    var isTerminal: Bool { isatty(self.descriptor.rawValue) == 1 }

    func write(_ bytes: [UInt8]) throws { try self.descriptor.writeAll(bytes) }

    /// Gives the file its name.
    private func finish() throws {
        guard let names else { return }
        guard fsync(self.descriptor.rawValue) == 0, rename(names.partial, names.final) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    /// What was not finished is gone.
    private func close() {
        guard let names else { return }
        try? self.descriptor.close()
        unlink(names.partial)
        for signal in self.signals { signal.cancel() }
    }

    private static func resolved(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw Errno(rawValue: errno) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func remove(_ partial: String, on number: Int32) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            unlink(partial)
            _exit(128 + number)
        }
        source.activate()
        return source
    }
}
