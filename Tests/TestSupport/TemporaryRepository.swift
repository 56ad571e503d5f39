import Foundation

/// A folder of models on disk that lives as long as this object.
package final class TemporaryRepository: Sendable {
    package let path: String

    package init() throws {
        self.path = NSTemporaryDirectory() + "teal-models-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// Writes a file below the repository's folder and makes the folders it needs.
    package func write(_ bytes: some Sequence<UInt8>, to file: String) throws {
        let url = URL(fileURLWithPath: self.path + "/" + file)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    package func write(_ text: String, to file: String) throws {
        try self.write(text.utf8, to: file)
    }

    /// A file of `size` bytes that takes no room on disk.
    package func writeHole(of size: UInt64, to file: String) throws {
        try self.write("", to: file)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: self.path + "/" + file))
        defer { try? handle.close() }
        try handle.truncate(atOffset: size)
    }

    package func link(_ file: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self.path + "/" + file, withDestinationPath: target)
    }

    package func remove(_ file: String) throws {
        try FileManager.default.removeItem(atPath: self.path + "/" + file)
    }
}
