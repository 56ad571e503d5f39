import Glibc
import ServingCore
import SystemPackage

/// Whole-file reads that are bounded, and directory listings, without Foundation.
enum BoundedFile {
    /// The file's bytes, nil when it does not exist. The size is taken from the open file, so a file replaced meanwhile
    /// is never read half from each.
    static func bytes(at path: FilePath, limit: Int64) throws(RepositoryError) -> TensorBytes? {
        try self.open(path, limit: limit) { file, size in
            try TensorBytes(count: size) { target in
                var filled = 0
                while filled < target.count {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
                    let count = try file.read(fromAbsoluteOffset: Int64(filled), into: rest)
                    guard count > 0 else {
                        throw RepositoryError(.unreadable, "\(path) became shorter while it was read")
                    }
                    filled += count
                }
            }
        }
    }

    /// The file's size, nil when it does not exist.
    static func size(at path: FilePath, limit: Int64) throws(RepositoryError) -> Int? {
        try self.open(path, limit: limit) { _, size in size }
    }

    private static func open<Value>(
        _ path: FilePath,
        limit: Int64,
        _ body: (FileDescriptor, Int) throws -> Value
    ) throws(RepositoryError) -> Value? {
        do {
            // Not blocking: opening a named pipe would wait for somebody to write into it.
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            defer { try? file.close() }
            let size = try file.seek(offset: 0, from: .end)
            guard size <= limit else {
                throw RepositoryError(.invalid, "\(path) has \(size) bytes, more than the \(limit) allowed")
            }
            return try body(file, Int(size))
        } catch let error as RepositoryError {
            throw error
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw RepositoryError(.unreadable, "cannot read \(path): \(error)")
        }
    }

    /// As `bytes`, as text; refuses what is not UTF-8.
    static func text(at path: FilePath, limit: Int64) throws(RepositoryError) -> String? {
        guard let bytes = try self.bytes(at: path, limit: limit) else { return nil }
        guard let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
            throw RepositoryError(.invalid, "\(path) is not UTF-8 text")
        }
        return text
    }
}

enum Directory {
    static func exists(_ path: FilePath) throws(RepositoryError) -> Bool {
        var info = stat()
        return stat(path.string, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    /// Names of the folders (or links to folders) in `path`, hidden ones left out, in no particular order.
    static func folders(in path: FilePath) throws(RepositoryError) -> [String] {
        guard let directory = opendir(path.string) else {
            throw RepositoryError(.notFound, "cannot open the folder \(path): \(Errno(rawValue: errno))")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix("."), try self.exists(path.appending(name)) { names.append(name) }
        }
        return names
    }
}
