import Glibc
import ServingCore
import SystemPackage

/// A key of 32 random bytes, made once for a data folder and kept beside the databases.
struct KeyFile {
    enum Purpose: String {
        /// Of the hashes that stand for redacted texts: equal texts have equal hashes also after a restart.
        case captures = "captures.key"
        /// Of the signatures of verdicts.
        case verdicts = "verdicts.key"
    }

    static let byteCount = 32

    private let path: FilePath
    private let name: String

    init(_ purpose: Purpose, in folder: FilePath) {
        self.name = purpose.rawValue
        self.path = folder.appending(purpose.rawValue)
    }

    /// Reads the key, or makes it. Throws one line when the file is no key; then it is left as it is.
    func open() throws(ConfigurationError) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(
                self.path,
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: .ownerReadWrite
            )
            return try file.closeAfter {
                // One byte more, to see a file that is too long.
                var key = [UInt8](repeating: 0, count: Self.byteCount + 1)
                let count = try key.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
                if count == Self.byteCount { return Array(key.prefix(count)) }
                guard count == 0 else { throw Errno.badFileDescriptor }
                let made = Self.make()
                _ = try file.writeAll(toAbsoluteOffset: 0, made)
                fsync(file.rawValue)
                return made
            }
        } catch Errno.badFileDescriptor {
            throw ConfigurationError(
                "\(self.name) is not a key of \(Self.byteCount) bytes; put the right one in its place, or remove it to "
                    + "have a new one made, and restart teal"
            )
        } catch {
            throw ConfigurationError("cannot use \(self.name): \(error); mend that and restart teal")
        }
    }

    /// A new key.
    static func make() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}
