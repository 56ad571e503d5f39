import Admin
import Foundation

/// A file a command writes its result to: whole or not at all. `-` is the standard output.
struct OutputFile {
    let path: String

    init(_ path: String) { self.path = path }

    func write(_ bytes: [UInt8]) throws {
        guard self.path != "-" else { return try FileHandle.standardOutput.write(contentsOf: Data(bytes)) }
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: self.path), options: .atomic)
        } catch {
            let name = TerminalText.clean(self.path, limit: 200)
            throw CommandFailure("cannot write \(name): \(error.localizedDescription)")
        }
    }
}

/// Why a command could not do its work: one printable line.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
