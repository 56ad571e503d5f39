import Glibc

/// Files that are there whole or not at all, also after a crash or a power failure.
package enum AtomicFile {
    /// Names that end so are leftovers of writes that never finished.
    static let suffix = ".partial"

    /// Writes beside `path`, flushes to disk, renames over `path` and flushes the folder.
    package static func write(_ bytes: [UInt8], to path: String) throws(IndexFileError) {
        let partial = path + self.suffix
        let file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw IndexFileError(operation: "open", path: partial, code: errno) }
        do throws(IndexFileError) {
            defer { close(file) }
            try self.write(bytes, file, partial)
            guard fsync(file) == 0 else { throw IndexFileError(operation: "fsync", path: partial, code: errno) }
        } catch {
            unlink(partial)
            throw error
        }
        guard rename(partial, path) == 0 else {
            let code = errno
            unlink(partial)
            throw IndexFileError(operation: "rename", path: path, code: code)
        }
        try self.flushFolder(of: path)
    }

    private static func write(_ bytes: [UInt8], _ file: Int32, _ path: String) throws(IndexFileError) {
        var written = 0
        while written < bytes.count {
            let step = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if step < 0 && errno == EINTR { continue }
            guard step > 0 else { throw IndexFileError(operation: "write", path: path, code: errno) }
            written += step
        }
    }

    /// Nil when the file is missing, unreadable, not a regular file, or longer than `limit` bytes.
    package static func read(_ path: String, limit: Int) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let size = Int(exactly: status.st_size), size <= limit
        else { return nil }
        return self.read(file, size)
    }

    private static func read(_ file: Int32, _ size: Int) -> [UInt8]? {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let step = Glibc.read(
                    file,
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                        .baseAddress,
                    size - count
                )
                if step < 0 && errno == EINTR { continue }
                failed = step < 0
                if step <= 0 { break }
                count += step
            }
        }
        return failed ? nil : bytes
    }

    /// Makes the folder and those above it; it is fine when they are there.
    package static func createFolder(_ path: String) throws(IndexFileError) {
        if mkdir(path, 0o700) == 0 { return try self.flushFolder(of: path) }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw IndexFileError(operation: "mkdir", path: path, code: EEXIST)
            }
        case ENOENT:
            guard let parent = self.parent(of: path), !parent.isEmpty, parent != path else {
                throw IndexFileError(operation: "mkdir", path: path, code: ENOENT)
            }
            try self.createFolder(parent)
            if mkdir(path, 0o700) == 0 { return try self.flushFolder(of: path) }
            guard errno == EEXIST else { throw IndexFileError(operation: "mkdir", path: path, code: errno) }
        case let code: throw IndexFileError(operation: "mkdir", path: path, code: code)
        }
    }

    /// Names in the folder; none when it is missing.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func remove(_ path: String) { unlink(path) }

    private static func parent(of path: String) -> String? {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func flushFolder(of path: String) throws(IndexFileError) {
        let folder = self.parent(of: path) ?? "."
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw IndexFileError(operation: "open", path: folder, code: errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw IndexFileError(operation: "fsync", path: folder, code: errno) }
    }
}
